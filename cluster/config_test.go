package cluster

import (
	"net"
	"strings"
	"testing"

	"example.com/pokey/cluster/membership"
)

func TestConfig(t *testing.T) {
	for _, c := range []struct{ listen, advertise, advertised, refused string }{
		{listen: "127.0.0.1:7000", advertised: "127.0.0.1:7000"},
		{listen: "[::1]:7000", advertised: "[::1]:7000"},
		{listen: "localhost:7000", advertised: "localhost:7000"},
		{listen: "127.0.0.1:0"},
		{listen: "127.0.0.1:7000", advertise: "node-1:7001", advertised: "node-1:7001"},
		{listen: "127.0.0.1", refused: "-node-listen"},
		{listen: "127.0.0.1:http", refused: "-node-listen"},
		{listen: "127.0.0.1:70000", refused: "-node-listen"},
		{listen: "127.0.0.1:7000", advertise: "node-1", refused: "-node-advertise"},
		{listen: "127.0.0.1:7000", advertise: ":7000", refused: "-node-advertise"},
		{listen: "127.0.0.1:7000", advertise: "node-1:0", refused: "-node-advertise"},
		{listen: "10.0.0.1:7000", refused: "-node-tls-ca"},
		{listen: ":7000", refused: "-node-tls-ca"},
		{listen: "0.0.0.0:7000", refused: "-node-tls-ca"},
		{listen: "node-1:7000", refused: "-node-tls-ca"},
	} {
		conf := Config{System: newSystem(), Listen: c.listen, Advertise: c.advertise, Membership: membership.NewMemory().Node(), Secret: secret{"x"}, Accept: anything, Log: quiet}
		err := conf.check()
		switch {
		case c.refused == "" && (err != nil || conf.Advertise != c.advertised):
			t.Errorf("%s %s: got %v and %q, want %q", c.listen, c.advertise, err, conf.Advertise, c.advertised)
		case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
			t.Errorf("%s %s: got %v, want an error that names %s", c.listen, c.advertise, err, c.refused)
		}
	}
	everywhere := Config{System: newSystem(), Listen: ":7000", TLS: &Credentials{}, Membership: membership.NewMemory().Node(), Secret: secret{"x"}, Accept: anything, Log: quiet}
	if err := everywhere.check(); err == nil || !strings.Contains(err.Error(), "-node-advertise") {
		t.Errorf("an address that no node can reach: got %v, want an error that names -node-advertise", err)
	}
	if err := (&Config{}).check(); err == nil {
		t.Error("an empty configuration: got no error")
	}
}

func TestStartWhenThePortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = Start(Config{System: newSystem(), Listen: l.Addr().String(), Membership: membership.NewMemory().Node(), Secret: secret{"x"}, Accept: anything, Log: quiet})
	if err == nil {
		t.Fatal("Start at a port in use: got no error")
	}
}
