package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/pokey/cluster"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/cluster/joining"
	"example.com/pokey/identity"
	"example.com/pokey/store"
)

// nodeAuthorityFile has the key of the nodes' authority until it is in the store.
const nodeAuthorityFile = "node/ca-key.pem"

// foundAuthority makes the authority of a new cluster, and this node's certificate.
func (c *config) foundAuthority() error {
	host, _, err := net.SplitHostPort(c.nodeAdvertise)
	if err != nil {
		return err
	}
	a, err := joining.NewAuthority()
	if err != nil {
		return err
	}
	text, err := a.PEM()
	if err != nil {
		return err
	}
	cert, key, err := a.IssueOwn(host)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(c.data, filepath.Dir(nodeAuthorityFile)), 0o700); err != nil {
		return err
	}
	if err := writePrivate(filepath.Join(c.data, nodeAuthorityFile), text); err != nil {
		return err
	}
	return c.writeCertificate(a.Certificate(), cert, key)
}

// writeCertificate writes this node's certificate; the certificate itself comes last.
func (c *config) writeCertificate(ca, cert, key []byte) error {
	caFile, certFile, keyFile, _ := c.nodeFiles()
	return errors.Join(writePrivate(caFile, ca), writePrivate(keyFile, key), writePrivate(certFile, cert))
}

// letJoin lets other machines join the cluster by a token, at the port for other
// nodes, and renews this node's certificate, until the member is closed.
func (m *member) letJoin(ctx context.Context, c config, keys *identity.Keys, records store.Store, observe func(cluster.SecurityEvent, string, string), log *slog.Logger) error {
	if m.inside == nil || m.credentials == nil {
		return nil
	}
	founder, err := c.founder()
	if err != nil {
		return err
	}
	ask := etcdmember.Client{TLS: m.credentials, Secret: keys}
	server, err := joining.NewServer(ctx, joining.Config{
		Store: records, Secret: keys, SecretFile: c.secretFile, Self: c.nodeAdvertise, Nodes: m.inside.Nodes,
		Expected: m.inside.Expected,
		Ready: func(ctx context.Context, node string) error {
			if err := reachable(ctx, node, c.nodeAdvertise, m.inside.Nodes(), net.DefaultResolver.LookupHost); err != nil {
				return err
			}
			return m.inside.Ready(ctx)
		},
		Add:     func(ctx context.Context, node string) error { return ask.Add(ctx, c.nodeAdvertise, node) },
		Refused: func(address, reason string) { observe(cluster.NodeRefused, address, reason) },
		Log:     log,
	}, founder)
	if err != nil {
		return err
	}
	if founder != nil {
		if err := os.Remove(filepath.Join(c.data, nodeAuthorityFile)); err != nil {
			return err
		}
	}
	m.port.Handle(joining.Protocol, server.TLS(m.credentials), server.Serve)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	m.stopRenewing = stop
	m.renewing.Go(func() {
		server.Renew(renewing, m.credentials, func(cert, key []byte) error {
			ca, err := os.ReadFile(filepath.Join(c.data, nodeCAFile))
			if err != nil {
				return err
			}
			return c.writeCertificate(ca, cert, key)
		})
	})
	return nil
}

// resolveTimeout bounds how long the name of a new node is looked up.
const resolveTimeout = 5 * time.Second

// reachable returns an error if a new node gives a name by which this one would not find
// it, or find another one of the nodes: a machine's own name often means nothing elsewhere.
func reachable(ctx context.Context, node, self string, nodes []string, lookup func(context.Context, string) ([]string, error)) error {
	host, port, err := net.SplitHostPort(node)
	if err != nil {
		return err
	}
	own, _, err := net.SplitHostPort(self)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	found, err := lookup(ctx, host)
	if err != nil {
		return fmt.Errorf("%s does not know the name %s: on the new machine, say by which name or address the others reach it (pokey join -as NODE)", self, host)
	}
	if !loopback(own) && !slices.ContainsFunc(found, func(address string) bool { return !loopback(address) }) {
		return fmt.Errorf("for %s, %s is itself: on the new machine, say by which name or address the others reach it (pokey join -as NODE)", self, host)
	}
	for _, other := range nodes {
		name, at, err := net.SplitHostPort(other)
		if err != nil || at != port {
			continue
		}
		known, err := lookup(ctx, name)
		if err == nil && slices.ContainsFunc(found, func(address string) bool { return slices.Contains(known, address) }) {
			return fmt.Errorf("%s and %s have the same address: on the new machine, say by which name or address the others reach it (pokey join -as NODE)", node, other)
		}
	}
	return nil
}

// founder returns the authority whose key is still a file: this node has just made it,
// or an operator has put it there so that its key is kept in the cluster.
func (c *config) founder() (*joining.Authority, error) {
	key, err := os.ReadFile(filepath.Join(c.data, nodeAuthorityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(filepath.Join(c.data, nodeCAFile))
	if err != nil {
		return nil, err
	}
	return joining.ParseAuthority(append(key, ca...))
}
