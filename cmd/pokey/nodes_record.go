package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"

	"example.com/pokey/cluster"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
)

// nodesRecord is what the file nodesFile holds: a node of a cluster writes it, so
// that it needs no flags the next time, and commands find the cluster.
type nodesRecord struct {
	Self    string   `json:"self"`
	Cluster []string `json:"cluster"`

	// Where the secret and the certificate are; empty if only a command has written
	// the file, or there is no certificate.
	Secret string `json:"secret,omitempty"`
	CA     string `json:"ca,omitempty"`
	Cert   string `json:"cert,omitempty"`
	Key    string `json:"key,omitempty"`

	// Generation is that of the cluster, see [etcdmember.Config].
	Generation string `json:"generation,omitempty"`
}

// record returns what the file says of this node, in a cluster of these nodes.
func (c *config) record(nodes []string) nodesRecord {
	r := nodesRecord{Self: c.nodeAdvertise, Cluster: nodes, Secret: c.secretFile, CA: c.nodeCA, Cert: c.nodeCert, Key: c.nodeKey}
	for _, file := range []*string{&r.Secret, &r.CA, &r.Cert, &r.Key} {
		if path, err := filepath.Abs(*file); *file != "" && err == nil {
			*file = path
		}
	}
	return r
}

func (c *config) readNodes() (r nodesRecord, err error) {
	text, err := os.ReadFile(filepath.Join(c.data, nodesFile)) //nolint:gosec // the operator says where it is
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", nodesFile, err)
	}
	return r, nil
}

// knownNodes is readNodes for commands, which need a node of a cluster, and where the
// secret and the certificate are.
func (c *config) knownNodes() (nodesRecord, error) {
	r, err := c.readNodes()
	if err == nil && r.Self == "" {
		err = fmt.Errorf("%s is not the directory of a node of a cluster: run this on a node of the cluster, with its -data; pokey -cluster NODE begins one", c.data)
	}
	r.Secret = cmp.Or(c.secretFile, r.Secret, filepath.Join(c.data, secretFile))
	if ca, cert, key, there := c.nodeFiles(); r.CA == "" && there {
		r.CA, r.Cert, r.Key = ca, cert, key
	}
	return r, err
}

// nodeFiles are where a node's certificate is unless a setting says otherwise, and
// whether it is there.
func (c *config) nodeFiles() (ca, cert, key string, there bool) {
	file := func(name string) string { return filepath.Join(c.data, name) }
	_, err := os.Stat(file(nodeCrtFile))
	return file(nodeCAFile), file(nodeCrtFile), file(nodeKeyFile), err == nil
}

// client asks other nodes with what this one has.
func (r nodesRecord) client(keys *identity.Keys) (c etcdmember.Client, err error) {
	c.Secret = keys
	if r.CA != "" {
		c.TLS, err = cluster.LoadCredentials(r.CA, r.Cert, r.Key, slog.New(slog.DiscardHandler))
	}
	return c, err
}

// writeNodes replaces the file if it says something else.
func (c *config) writeNodes(r nodesRecord) error {
	if old, err := c.readNodes(); err == nil && reflect.DeepEqual(old, r) {
		return nil
	}
	name := filepath.Join(c.data, nodesFile)
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// forgetNodes removes the file.
func (c *config) forgetNodes() error {
	err := os.Remove(filepath.Join(c.data, nodesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
