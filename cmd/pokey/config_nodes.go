package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/pokey/cluster"
)

// defaultNodePort is where nodes of -cluster listen unless their names have a port.
const defaultNodePort = "7000"

// Below the data directory: what a node of -cluster has, besides the secret.
const (
	secretFile  = "secret.key"        // the default of -secret-file
	memberDir   = "etcd"              // the data of its member of etcd
	nodeCAFile  = "node/ca.pem"       // the default of -node-tls-ca
	nodeCrtFile = "node/cert.pem"     // of -node-tls-cert
	nodeKeyFile = "node/key.pem"      // of -node-tls-key
	nodesFile   = "node/cluster.json" // of -cluster and -node-advertise
)

// setNodes reads -cluster.
func (c *config) setNodes(list string) error {
	c.nodes = nil
	for text := range strings.SplitSeq(list, ",") {
		node, err := nodeAddress(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		if slices.Contains(c.nodes, node) {
			return fmt.Errorf("%s is there twice", node)
		}
		c.nodes = append(c.nodes, node)
	}
	return nil
}

// nodeAddress adds the port to the name of a node that has none.
func nodeAddress(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = strings.Trim(text, "[]"), defaultNodePort
		// An address that ends like the port is rather one whose brackets are missing.
		address, _ := strings.CutSuffix(text, ":"+defaultNodePort)
		if _, err := netip.ParseAddr(address); err == nil && address != text {
			return "", fmt.Errorf("%q: write [%s]:%s, or [%s] if that is all of the address", text, address, defaultNodePort, text)
		}
	}
	node, err := cluster.CanonicalAddress(host, port)
	if err != nil {
		return "", fmt.Errorf("%q is not of the form HOST or HOST:PORT: %w", text, err)
	}
	return node, nil
}

// recallNodes takes -cluster and -node-advertise from a former start.
func (c *config) recallNodes(fault func(format string, args ...any)) {
	if len(c.nodes) > 0 || len(c.etcd) > 0 || c.data == "" || c.data == inMemory {
		return
	}
	r, err := c.readNodes()
	if err != nil {
		fault("%v", err)
		return
	}
	c.nodes = r.Cluster
	if c.nodeAdvertise == "" && len(c.nodes) > 0 {
		c.nodeAdvertise = r.Self
	}
}

// checkNodes finds settings of -cluster that contradict each other or are unsafe, and
// sets the defaults of others.
func (c *config) checkNodes(fault func(format string, args ...any)) {
	if len(c.etcd) > 0 {
		fault("-cluster and -etcd exclude each other: with -cluster, the nodes are their own etcd")
		return
	}
	if given(c.etcdCA, c.etcdCert, c.etcdKey) > 0 {
		fault("-etcd-tls-… is for -etcd; with -cluster, the nodes use -node-tls-… for everything")
	}
	if c.data == inMemory {
		fault("-cluster needs a directory in -data: each node keeps a copy of all rooms")
	}
	if err := c.findSelf(); err != nil {
		fault("%v", err)
		return
	}
	host, port, _ := net.SplitHostPort(c.nodeAdvertise)
	if c.nodeListen == "" {
		c.nodeListen = ":" + port
		if loopback(host) {
			c.nodeListen = c.nodeAdvertise
		}
	}
	listen, _, err := splitListen(c.nodeListen)
	if err != nil {
		fault("-node-listen %q: %v", c.nodeListen, err)
	}
	if given(c.nodeCA, c.nodeCert, c.nodeKey) == 0 {
		if ca, cert, key, there := c.nodeFiles(); there {
			c.nodeCA, c.nodeCert, c.nodeKey = ca, cert, key
		}
	}
	switch given(c.nodeCA, c.nodeCert, c.nodeKey) {
	case 3:
	case 0:
		switch {
		case loopback(listen):
		case len(c.nodes) == 1 && !c.hasMember():
			c.founds = true
			c.nodeCA, c.nodeCert, c.nodeKey, _ = c.nodeFiles()
		default:
			fault("certificates are required when other machines can reach -node-listen %s: pokey join gets them, or pokey certs makes them; they are expected in %s, or where -node-tls-ca, -node-tls-cert and -node-tls-key say",
				c.nodeListen, filepath.Join(c.data, filepath.Dir(nodeCrtFile)))
		}
	default:
		fault("-node-tls-ca, -node-tls-cert and -node-tls-key go together")
	}
}

// hasMember reports whether the data of a member of etcd is there.
func (c *config) hasMember() bool {
	_, err := os.Stat(filepath.Join(c.data, memberDir))
	return err == nil
}

// findSelf finds out which of the nodes this one is.
func (c *config) findSelf() error {
	if c.nodeAdvertise != "" {
		self, err := nodeAddress(c.nodeAdvertise)
		if err != nil {
			return fmt.Errorf("-node-advertise: %w", err)
		}
		if c.nodeAdvertise = self; !slices.Contains(c.nodes, self) {
			return fmt.Errorf("-node-advertise %s is not one of -cluster %s", self, strings.Join(c.nodes, ","))
		}
		return nil
	}
	own := machineNames()
	var mine []string
	for _, node := range c.nodes {
		if host, _, _ := net.SplitHostPort(node); own[host] {
			mine = append(mine, node)
		}
	}
	if len(mine) != 1 {
		return fmt.Errorf("-node-advertise is required: say which of -cluster %s this node is", strings.Join(c.nodes, ","))
	}
	c.nodeAdvertise = mine[0]
	return nil
}

// machineNames are the names and addresses of this machine.
func machineNames() map[string]bool {
	own := map[string]bool{}
	if name, err := os.Hostname(); err == nil {
		name = strings.ToLower(name)
		short, _, _ := strings.Cut(name, ".")
		own[name], own[short] = true, true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return own
	}
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok {
			own[network.IP.String()] = true
		}
	}
	return own
}
