package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"example.com/pokey/cluster/joining"
)

// tokenVariable is where a token may be in the environment.
const tokenVariable = "POKEY_JOIN_TOKEN" //nolint:gosec // a name

// maxTokenFile is how much is read of what should be a token, in bytes.
const maxTokenFile = 64 << 10

// joinOptions are the flags of pokey join, besides those of serving.
type joinOptions struct {
	tokenFile string
	as        string
	only      bool
}

func (o *joinOptions) flags(c *config, fs *flag.FlagSet) {
	c.joins = true
	fs.StringVar(&o.tokenFile, "token-file", "", "`FILE` with the token (default "+tokenVariable+", or standard input)")
	fs.StringVar(&o.as, "as", "", "`NODE` that this machine is to the others: HOST or HOST:PORT, port 7000 if there is none (default the machine's name)")
	fs.BoolVar(&o.only, "only", false, "only join, and do not serve")
}

// joinCluster makes this machine a node of the cluster that has made a token, and serves with
// the rest of the flags. A machine that has joined already serves.
func joinCluster(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stderr io.Writer, listen listenFunc) error {
	var o joinOptions
	c, err := parseConfigWith(args, getenv, stderr, o.flags)
	if len(c.nodes) > 0 {
		if err := c.joinedAs(o.as); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	log := newLogger(c, stderr)
	if len(c.nodes) > 0 {
		log.Info("this machine has joined already, and needs no token", "node", c.nodeAdvertise)
	} else {
		if err := enterCluster(ctx, &c, o, getenv, stdin); err != nil {
			return exit{exitConfig, fmt.Errorf("join: %w", err)}
		}
		log.Info("joined the cluster", "data", c.data)
		if c, err = parseConfigWith(args, getenv, stderr, new(joinOptions).flags); err != nil {
			return err
		}
	}
	if o.only {
		return nil
	}
	return serve(ctx, c, log, listen)
}

// joinedAs returns an error unless this machine is a node already, and the one that the
// operator says it is.
func (c *config) joinedAs(as string) error {
	r, err := c.readNodes()
	if err != nil {
		return exit{exitData, err}
	}
	if r.Self == "" {
		return exit{exitConfig, errors.New("join: leave -cluster out: the token says which nodes the cluster has")}
	}
	if as == "" {
		return nil
	}
	node, err := nodeAddress(as)
	if err == nil && node != r.Self {
		err = fmt.Errorf("this machine has joined as %s already; to join under another name, remove that node (pokey cluster remove), and give an empty directory in -data", r.Self)
	}
	if err != nil {
		return exit{exitConfig, fmt.Errorf("join: -as %s: %w", as, err)}
	}
	return nil
}

// enterCluster has a node of the cluster let this machine in, and writes down what
// that gives it.
func enterCluster(ctx context.Context, c *config, o joinOptions, getenv func(string) string, stdin io.Reader) error {
	switch {
	case len(c.etcd) > 0:
		return errors.New("-etcd: only clusters that need no etcd beside them make tokens")
	case c.data == inMemory:
		return errors.New("-data none: each node keeps a copy of all rooms")
	}
	for _, name := range []string{"pokey.db", filepath.Base(c.secretFile)} {
		if _, err := os.Stat(filepath.Join(c.data, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is a %s in -data %s: give an empty directory; rooms of a server alone cannot be taken along", name, c.data)
		}
	}
	name, err := os.Hostname()
	if err != nil && o.as == "" {
		return err
	}
	node, err := nodeAddress(cmp.Or(o.as, name))
	if err != nil {
		return fmt.Errorf("-as: %w", err)
	}
	text, err := readToken(o.tokenFile, getenv, stdin)
	if err != nil {
		return err
	}
	token, err := joining.ParseToken(text)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	joined, err := joining.Join(ctx, token, node)
	if err != nil {
		return err
	}
	if err := c.writeJoined(joined, node); err != nil {
		return err
	}
	return giveToOwner(c.data)
}

// readToken reads the token from where others on this machine cannot see it: a command
// line is for everybody to read.
func readToken(file string, getenv func(string) string, stdin io.Reader) (string, error) {
	if text := getenv(tokenVariable); text != "" && file == "" {
		return text, nil
	}
	if file != "" && file != "-" {
		f, err := os.Open(file) //nolint:gosec // the operator says where it is
		if err != nil {
			return "", fmt.Errorf("-token-file: %w", err)
		}
		defer func() { _ = f.Close() }() // it was only read
		stdin = f
	}
	text, err := io.ReadAll(io.LimitReader(stdin, maxTokenFile))
	if err != nil {
		return "", err
	}
	if len(text) == 0 {
		return "", errors.New("there is no token: pokey invite makes one on a node of the cluster; give it on standard input, in -token-file or in " + tokenVariable)
	}
	return string(text), nil
}

// writeJoined writes what a new node has been given. The list of nodes comes last: with
// it, the machine has joined.
func (c *config) writeJoined(j joining.Joined, node string) error {
	if err := os.MkdirAll(filepath.Join(c.data, filepath.Dir(nodesFile)), 0o700); err != nil {
		return err
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{
		{filepath.Join(c.data, nodeKeyFile), j.Key},
		{filepath.Join(c.data, nodeCrtFile), j.Certificate},
		{filepath.Join(c.data, nodeCAFile), j.CA},
		{c.secretFile, j.Secret},
	} {
		if err := writePrivate(file.name, file.content); err != nil {
			return err
		}
	}
	return c.writeNodes(nodesRecord{Self: node, Cluster: j.Nodes})
}

// writePrivate replaces a file in one step. Only its owner may read it.
func writePrivate(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it has been renamed if all went well
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
