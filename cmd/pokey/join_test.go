package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// Three machines become a cluster: one begins it and makes a token, and one command
// each makes the others nodes.
func TestMachinesJoinByToken(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	first, second, third := newMachine(t), newMachine(t).overIPv6(), newMachine(t).overIPv6()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	nodes := []*process{first.found()}
	if _, err := os.Stat(filepath.Join(first.data, nodeAuthorityFile)); !os.IsNotExist(err) {
		t.Errorf("the authority's key is a file: got %v, want it in the cluster only", err)
	}
	token := first.invite("-nodes", "2")
	for i, m := range []machine{second, third} {
		p := spawn(t, func(cmd *exec.Cmd) {
			cmd.Args = []string{file, "join", "-data", m.data, "-as", m.address, "-node-listen", m.address, "-listen", "127.0.0.1:0", "-admin-listen", "127.0.0.1:0"}
			if i == 0 {
				cmd.Stdin = strings.NewReader(token + "\n")
			} else {
				cmd.Env = append(os.Environ(), tokenVariable+"="+token)
			}
		})
		if p.url == "" {
			t.Fatalf("node %d does not join:\n%s", i+2, p.log)
		}
		nodes = append(nodes, p)
	}
	t.Logf("three nodes with four commands in %v", time.Since(began).Round(10*time.Millisecond))
	for i, p := range nodes {
		eventually(t, "three members", func() bool {
			_, page := p.get(t, "/cluster")
			return strings.Contains(page, "3 members")
		})
		callIn(t, p.url, peerCookie(t, p.url)).create("Login")
		if strings.Contains(p.log.String(), token) || strings.Contains(p.log.String(), "PRIVATE KEY") {
			t.Errorf("node %d logs a secret", i+1)
		}
	}
	for _, name := range []string{"secret.key", nodeKeyFile, nodeCrtFile, nodesFile} {
		if info, err := os.Stat(filepath.Join(second.data, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want mode 0600", name, info, err)
		}
	}
	if err := newMachine(t).join(token); err == nil || !strings.Contains(err.Error(), "has been used") {
		t.Errorf("a third use of a token for two: got %v", err)
	}
	if c, err := parseConfig([]string{"-data", second.data}, func(string) string { return "" }, io.Discard); err != nil || c.nodeAdvertise != second.address || len(c.nodes) < 2 {
		t.Errorf("without flags, a node that has joined: got %v, %s of %v", err, c.nodeAdvertise, c.nodes)
	}
}

// Whatever is wrong with a token or a machine, nothing is given away and it is said.
func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	first, foreign := newMachine(t), newMachine(t)
	first.found()
	foreign.found()
	token := first.invite()
	refused := func(what string, m machine, token, says string) {
		t.Helper()
		if err := m.join(token); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want an error with %q", what, err, says)
		}
		if _, err := os.Stat(filepath.Join(m.data, nodeKeyFile)); err == nil {
			t.Errorf("%s: something was written", what)
		}
	}
	refused("no token", newMachine(t), "", "there is no token")
	refused("nonsense", newMachine(t), "nonsense", "this is no token")
	refused("cut short", newMachine(t), token[:len(token)-3], "not whole")
	same := newMachine(t)
	same.address = first.address
	refused("the name of another node", same, token, "is a node already")
	expired := first.invite("-for", "1s")
	time.Sleep(1100 * time.Millisecond)
	refused("expired", newMachine(t), expired, "has expired")
	revoked := token
	if printed := first.invite("-revoke"); printed != "" {
		t.Errorf("revoking prints %q, want no token", printed)
	}
	refused("revoked", newMachine(t), revoked, "is not known here")
	token = first.invite()
	used := newMachine(t)
	if err := os.MkdirAll(used.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(used.data, "pokey.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused("a server with rooms", used, token, "pokey.db")
	if err := newMachine(t).join(token); err != nil {
		t.Errorf("after all that, the token: got %v, want that it still works", err)
	}
	refused("used", newMachine(t), token, "has been used")
	for args, row := range map[string]struct {
		of   machine
		says string
	}{"": {foreign, "master secret"}, "-revoke": {foreign, "master secret"}, "-for=48h": {first, "24h"}} {
		args := append([]string{"-data", first.data, "-secret-file", filepath.Join(row.of.data, "secret.key")}, strings.Fields(args)...)
		if err := invite(t.Context(), args, func(string) string { return "" }, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("pokey invite %q: got %v, want an error with %q", args, err, row.says)
		}
	}
}

// Beyond loopback the first node makes an authority, and only the first one.
func TestFirstNodeMakesAnAuthority(t *testing.T) {
	parse := func(data, nodes string) (config, error) {
		return parseConfig([]string{"-data", data, "-cluster", nodes, "-node-advertise", "node-1", "-node-listen", ":0"}, func(string) string { return "" }, io.Discard)
	}
	data := t.TempDir()
	c, err := parse(data, "node-1")
	if err != nil || !c.founds {
		t.Fatalf("one node: got %v, founds %v, want an authority", err, c.founds)
	}
	if err := c.foundAuthority(); err != nil {
		t.Fatal(err)
	}
	if _, err := cluster.LoadCredentials(c.nodeCA, c.nodeCert, c.nodeKey, nil); err != nil {
		t.Error(err)
	}
	if founder, err := c.founder(); err != nil || founder == nil {
		t.Errorf("the authority: got %v, %v", founder, err)
	}
	if c, err = parse(data, "node-1"); err != nil || c.founds {
		t.Errorf("again: got %v, founds %v, want the same authority", err, c.founds)
	}
	if _, err := parse(t.TempDir(), "node-1,node-2,node-3"); err == nil || !strings.Contains(err.Error(), "pokey join") {
		t.Errorf("three nodes without certificates: got %v, want an error that names pokey join", err)
	}
}

// The nodes of a cluster share a certificate, which one of them has ordered.
func TestHTTPSOfACluster(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("building the program is slow")
	}
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	first, second := newMachine(t), newMachine(t)
	first.found().kill() // only to have the authority in the cluster
	ports := map[string][2]string{}
	for _, m := range []machine{first, second} {
		ports[m.address] = [2]string{etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)}
	}
	authority := pebbletest.Start(t, portOf(t, ports[first.address][1]), portOf(t, ports[second.address][0])) // it asks both, each at one port
	serve := func(m machine, token string, args ...string) *process {
		p := spawn(t, func(cmd *exec.Cmd) {
			cmd.Args = append(append([]string{file}, args...), "-data", m.data, "-listen", ports[m.address][0], "-http-listen", ports[m.address][1], "-admin-listen", "127.0.0.1:0",
				"-domain", "poker.example.com", "-acme-ca", authority.Directory, "-acme-ca-root", authority.Roots)
			cmd.Stdin = strings.NewReader(token)
		})
		if p.url == "" {
			t.Fatalf("a node does not start:\n%s", p.log)
		}
		return p
	}
	one := serve(first, "")
	two := serve(second, first.invite(), "join", "-as", second.address)
	logs := func() string { return one.log.String() + two.log.String() }
	for _, p := range []*process{one, two} {
		p.certified(t)
	}
	eventually(t, "the log has the order", func() bool { return strings.Contains(logs(), "got a certificate") })
	if got := strings.Count(logs(), "got a certificate"); got != 1 {
		t.Errorf("got %d orders, want 1:\n%s", got, logs())
	}
	for _, m := range []machine{first, second} {
		b := newSecureBrowser(t, "poker.example.com", ports[m.address][0], ports[m.address][1], authority.Pool())
		b.visit("http://poker.example.com/")
		b.play()
	}
}
