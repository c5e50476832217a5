package main

import (
	"bytes"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/store/etcdtest"
)

// machine is a directory of a machine's own.
type machine struct {
	t       *testing.T
	data    string
	address string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	return machine{t, filepath.Join(t.TempDir(), "data"), etcdtest.FreeAddress(t)}
}

// overIPv6 is the machine at an IPv6 address, if this one has any.
func (m machine) overIPv6() machine {
	m.t.Helper()
	_, port, _ := net.SplitHostPort(m.address)
	l, err := net.Listen("tcp", net.JoinHostPort("::1", port))
	if err != nil {
		m.t.Logf("no IPv6 here: %v", err)
		return m
	}
	_ = l.Close()
	m.address = l.Addr().String()
	return m
}

// found begins a cluster. On loopback a node makes no authority by itself.
func (m machine) found() *process {
	m.t.Helper()
	c := config{data: m.data, nodeAdvertise: m.address}
	if err := c.foundAuthority(); err != nil {
		m.t.Fatal(err)
	}
	p := spawn(m.t, nil, "-data", m.data, "-cluster", m.address)
	if p.url == "" {
		m.t.Fatalf("the first node does not start:\n%s", p.log)
	}
	return p
}

// invite makes a token with the program.
func (m machine) invite(args ...string) string {
	m.t.Helper()
	file, err := binary()
	if err != nil {
		m.t.Fatal(err)
	}
	command := exec.CommandContext(m.t.Context(), file, append([]string{"invite", "-data", m.data}, args...)...)
	var says bytes.Buffer
	command.Stderr = &says
	token, err := command.Output()
	if err != nil {
		m.t.Fatalf("invite: %v: %s", err, &says)
	}
	return strings.TrimSpace(string(token))
}

// join joins and does not serve. The token is on standard input. A busy machine may not
// answer in time.
func (m machine) join(token string) (err error) {
	for range 5 {
		err = joinCluster(m.t.Context(), []string{"-only", "-data", m.data, "-as", m.address}, unset, strings.NewReader(token), io.Discard, nil)
		if err == nil || !strings.Contains(err.Error(), "no answer") {
			return err
		}
	}
	return err
}
