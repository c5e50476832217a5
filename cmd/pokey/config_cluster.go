package main

import (
	"fmt"
	"net/url"
	"strings"
)

// setEtcd reads the addresses of etcd's members: all with https, or none.
func (c *config) setEtcd(list string) error {
	c.etcd = nil
	encrypted := 0
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSuffix(strings.TrimSpace(text), "/")
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.Port() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			return fmt.Errorf("%q is not of the form HOST:PORT or https://HOST:PORT", text)
		}
		if u.Scheme == "https" {
			encrypted++
		}
		c.etcd = append(c.etcd, text)
	}
	if encrypted != 0 && encrypted != len(c.etcd) {
		return fmt.Errorf("%q: want https for all or for none", list)
	}
	return nil
}

// checkCluster finds cluster settings that contradict each other or are unsafe.
func (c *config) checkCluster(fault func(format string, args ...any)) {
	if c.recallNodes(fault); len(c.nodes) > 0 {
		c.checkNodes(fault)
		return
	}
	tls, forEtcd := given(c.nodeCA, c.nodeCert, c.nodeKey), given(c.etcdCA, c.etcdCert, c.etcdKey)
	if len(c.etcd) == 0 {
		if c.joins {
			c.checkJoining(fault)
		} else if c.nodeListen+c.nodeAdvertise != "" || tls+forEtcd > 0 {
			fault("-node-listen, -node-advertise, -node-tls-… and -etcd-tls-… are for a cluster, which needs -cluster or -etcd")
		}
		return
	}
	if c.nodeListen == "" {
		fault("-node-listen is required with -etcd: it is where other nodes reach this one")
	} else if host, _, err := splitListen(c.nodeListen); err != nil {
		fault("-node-listen %q: %v", c.nodeListen, err)
	} else if !loopback(host) && tls == 0 {
		fault("-node-tls-ca, -node-tls-cert and -node-tls-key are required when -node-listen %s can be reached from elsewhere; pokey certs makes them", c.nodeListen)
	}
	if tls != 0 && tls != 3 {
		fault("-node-tls-ca, -node-tls-cert and -node-tls-key go together")
	}
	switch encrypted := strings.HasPrefix(c.etcd[0], "https://"); {
	case encrypted && forEtcd != 3:
		fault("-etcd %s needs -etcd-tls-ca, -etcd-tls-cert and -etcd-tls-key; pokey certs -client makes them", c.etcd[0])
	case !encrypted && forEtcd != 0:
		fault("-etcd-tls-… is only for -etcd https://…; %s is not encrypted", c.etcd[0])
	case encrypted && c.etcdCA == c.nodeCA:
		fault("-etcd-tls-ca is the same as -node-tls-ca: a certificate for etcd must not be valid for nodes as well")
	}
	if c.secretFile == "" {
		fault("-secret-file is required with -etcd: all nodes share one secret, so a node cannot make its own")
	}
}

// checkJoining finds settings that a machine must not have before it has joined: what
// it gets from the cluster.
func (c *config) checkJoining(fault func(format string, args ...any)) {
	if _, _, err := splitListen(c.nodeListen); c.nodeListen != "" && err != nil {
		fault("-node-listen %q: %v", c.nodeListen, err)
	}
	if c.nodeAdvertise != "" {
		fault("-node-advertise %s: to join, say that by -as", c.nodeAdvertise)
	}
	if given(c.nodeCA, c.nodeCert, c.nodeKey, c.etcdCA, c.etcdCert, c.etcdKey) > 0 {
		fault("-node-tls-… and -etcd-tls-…: leave them out; who joins by a token gets a certificate from the cluster")
	}
}

// shared reports whether other nodes share this node's store.
func (c *config) shared() bool { return len(c.etcd)+len(c.nodes) > 0 }

// given returns how many of the settings are set.
func given(settings ...string) (n int) {
	for _, s := range settings {
		if s != "" {
			n++
		}
	}
	return n
}
