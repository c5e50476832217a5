package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
	"example.com/pokey/store/etcdtest"
)

// A cluster with nothing beside its nodes: processes with certificates.

// insiders are what the nodes of such a cluster have in common.
type insiders struct {
	t   *testing.T
	dir string // with certificates, the secret, and each node's data
}

func foundInside(t *testing.T) *insiders {
	t.Helper()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	c := &insiders{t: t, dir: t.TempDir()}
	if err := cluster.NewCertificates(c.dir, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Open(filepath.Join(c.dir, "secret.key"), true); err != nil {
		t.Fatal(err)
	}
	return c
}

// addresses returns as many addresses for nodes.
func (c *insiders) addresses(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = etcdtest.FreeAddress(c.t)
	}
	return all
}

// data is the data directory of the node at an address.
func (c *insiders) data(address string) string {
	return filepath.Join(c.dir, strings.ReplaceAll(address, ":", "-"))
}

// launch starts a node and does not wait for the others.
func (c *insiders) launch(address string, nodes ...string) *process {
	c.t.Helper()
	file := func(name string) string { return filepath.Join(c.dir, name) }
	args := []string{
		"-data", c.data(address), "-secret-file", file("secret.key"), "-max-rooms-per-user", "0", "-node-advertise", address,
		"-node-tls-ca", file("ca.pem"), "-node-tls-cert", file("127.0.0.1.pem"), "-node-tls-key", file("127.0.0.1-key.pem"),
	}
	if len(nodes) > 0 {
		args = append(args, "-cluster", strings.Join(nodes, ","))
	}
	return launch(c.t, nil, args...)
}

// start starts a node and waits until it serves.
func (c *insiders) start(address string, nodes ...string) *process {
	c.t.Helper()
	p := c.launch(address, nodes...)
	p.await(c.t)
	if p.url == "" {
		c.t.Fatalf("a node ends at once:\n%s", p.log)
	}
	return p
}

// together starts all nodes at once and waits until they know each other.
func (c *insiders) together(nodes []string) []*process {
	c.t.Helper()
	var all []*process
	for _, address := range nodes {
		all = append(all, c.launch(address, nodes...))
	}
	for _, p := range all {
		p.await(c.t)
	}
	c.agree(all)
	return all
}

// agree waits until all processes are members, and have a vote.
func (c *insiders) agree(all []*process) {
	c.t.Helper()
	for _, p := range all {
		eventually(c.t, "all are members", func() bool {
			return p.figure(c.t, "pokey_cluster_members") == float64(len(all)) && p.figure(c.t, "pokey_etcd_voters") == float64(len(all))
		})
	}
}

// stop stops processes at once, and waits until they have ended well.
func stop(t *testing.T, all ...*process) {
	t.Helper()
	for _, p := range all {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range all {
		if code := p.code(t); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.log)
		}
	}
}

// Three processes found a cluster, play, survive the death of one, and the loss of
// another one's disk, and stop well.
func TestClusterOfItself(t *testing.T) {
	t.Parallel()
	c := foundInside(t)
	nodes := c.addresses(3)
	all := c.together(nodes)
	cookie := peerCookie(t, all[0].url)
	ada := callIn(t, all[0].url, cookie)
	bob := callIn(t, all[1].url, peerCookie(t, all[1].url))
	room := ada.create("Login")
	ada.ask("joinRoom", message{"roomId": room})
	bob.ask("joinRoom", message{"roomId": room})
	vote := func(who *caller, when string) {
		t.Helper()
		t.Logf("%s, an estimate", when)
		who.estimates(room)
	}
	vote(bob, "at first")

	all[2].kill()
	vote(ada, "after a death")
	eventually(t, "the operator's page says who is missing", func() bool {
		_, page := all[0].get(t, "/")
		return strings.Contains(page, nodes[2]+" does not run")
	})
	if err := os.RemoveAll(c.data(nodes[2])); err != nil {
		t.Fatal(err)
	}
	all[2] = c.start(nodes[2], nodes...)
	c.agree(all)
	vote(bob, "after a disk was lost")
	eventually(t, "the operator's page says that nobody is missing", func() bool {
		_, page := all[0].get(t, "/")
		return !strings.Contains(page, "does not run")
	})
	eventually(t, "readyz says that there is a leader", func() bool {
		_, r := all[2].readiness(t)
		return r.Leader != nil && *r.Leader
	})
	eve := callIn(t, all[2].url, peerCookie(t, all[2].url))
	if e := eve.ask("joinRoom", message{"roomId": room}); e["event"] != "ok" {
		t.Errorf("joining a room at the node that has lost its disk: got %v", e)
	}
	stop(t, all...)

	// Nothing but the data directory says what the nodes are, and the rooms are there.
	for i, address := range nodes {
		all[i] = c.launch(address)
	}
	for _, p := range all {
		p.await(t)
	}
	c.agree(all)
	ada = callIn(t, all[0].url, cookie)
	ada.ask("joinRoom", message{"roomId": room})
	if s := viewOf(t, ada.until("roomStatus")["room"]); s.Estimates != 2 {
		t.Errorf("after a restart of all: got %d estimates, want 2", s.Estimates)
	}
}
