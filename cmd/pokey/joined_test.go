package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/identity"
)

// A machine that has joined says so, and stays the node that it is. One that has not is
// told that -cluster is not for it.
func TestJoinedMachine(t *testing.T) {
	m := newMachine(t)
	join := func(args ...string) (string, error) {
		var says bytes.Buffer
		err := joinCluster(t.Context(), append([]string{"-only", "-data", m.data}, args...), func(string) string { return "" }, strings.NewReader(""), &says, nil)
		return says.String(), err
	}
	if _, err := join("-cluster", "node-1,node-2"); err == nil || !strings.Contains(err.Error(), "leave -cluster out") || strings.Contains(err.Error(), "certificate") {
		t.Errorf("with -cluster: got %v, want to be told to leave it out, and nothing else", err)
	}
	for args, want := range map[string]string{
		"-node-listen [::1]:7000":    "there is no token",
		"-node-listen ::1":           "in brackets",
		"-node-advertise node-2":     "by -as",
		"-node-tls-cert c.pem":       "gets a certificate",
		"-etcd-tls-ca c.pem -as n-2": "gets a certificate",
	} {
		if _, err := join(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", args, err, want)
		}
	}
	c := config{data: m.data, nodeAdvertise: m.address}
	if err := errors.Join(c.foundAuthority(), c.writeNodes(nodesRecord{Self: m.address, Cluster: []string{m.address}})); err != nil {
		t.Fatal(err)
	}
	for _, as := range []string{"", m.address} {
		if says, err := join("-as", as); err != nil || !strings.Contains(says, "has joined already") || !strings.Contains(says, m.address) {
			t.Errorf("again as %q: got %q and %v, want to be told that it has joined", as, says, err)
		}
	}
	for as, want := range map[string]string{"node-7": "has joined as " + m.address, "*.example": "is not a host name"} {
		if _, err := join("-as", as); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("again as %s: got %v, want an error with %q", as, err, want)
		}
	}
}

// A node that the others could not reach by its name is told so.
func TestReachable(t *testing.T) {
	lookup := func(_ context.Context, host string) ([]string, error) {
		found := map[string][]string{"node-2": {"10.0.0.2"}, "debian": {"127.0.1.1"}, "alias": {"10.0.0.1"}, "node-1": {"10.0.0.1"}, "both": {"127.0.0.1", "10.0.0.3"}, "::1": {"::1"}, "10.0.0.9": {"10.0.0.9"}}[host]
		if found == nil {
			return nil, errors.New("no such host")
		}
		return found, nil
	}
	for _, row := range []struct{ node, self, says string }{
		{"node-2:7000", "node-1:7000", ""},
		{"both:7000", "node-1:7000", ""},
		{"10.0.0.9:7000", "node-1:7000", ""},
		{"typo:7000", "node-1:7000", "node-1:7000 does not know the name typo"},
		{"debian:7000", "node-1:7000", "debian is itself"},
		{"[::1]:7000", "node-1:7000", "::1 is itself"},
		{"debian:7001", "127.0.0.1:7000", ""},
		{"alias:7000", "node-1:7000", "alias:7000 and node-1:7000 have the same address"},
		{"alias:7001", "node-1:7000", ""},
	} {
		err := reachable(t.Context(), row.node, row.self, []string{"node-1:7000", "gone:7000"}, lookup)
		if (err == nil) != (row.says == "") || err != nil && (!strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "-as NODE")) {
			t.Errorf("%s for %s: got %v, want %q", row.node, row.self, err, row.says)
		}
	}
}

// Commands find a node's secret and certificate where the node has them.
func TestKnownNodes(t *testing.T) {
	m := newMachine(t)
	c := config{data: m.data, nodeAdvertise: m.address}
	if _, err := c.invitingNode(); err == nil || !strings.Contains(err.Error(), "pokey -cluster NODE begins one") {
		t.Errorf("an empty directory: got %v, want what begins a cluster", err)
	}
	elsewhere := filepath.Join(t.TempDir(), "secret")
	keys, err := identity.Open(elsewhere, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.writeNodes(nodesRecord{Self: m.address, Cluster: []string{m.address}, Secret: elsewhere}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.invitingNode(); err == nil || !strings.Contains(err.Error(), "has no certificate") {
		t.Errorf("without a certificate: got %v, want that there is none", err)
	}
	if err := c.foundAuthority(); err != nil {
		t.Fatal(err)
	}
	o, err := c.invitingNode()
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Secret.(*identity.Keys).Fingerprint(); got != keys.Fingerprint() || o.Node != m.address || len(o.CA) == 0 {
		t.Errorf("got node %s with secret %s, want %s with %s", o.Node, got, m.address, keys.Fingerprint())
	}
	c.secretFile = filepath.Join(t.TempDir(), "another")
	if _, err := c.invitingNode(); err == nil {
		t.Error("with another -secret-file, which does not exist: got no error")
	}
}
