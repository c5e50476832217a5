package cluster

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// A connection over which nothing arrives is ended, and none to elsewhere, of others, or
// that is not quiet for long enough.
func TestSilentConnectionsAreEnded(t *testing.T) {
	silent, there := connect(t)
	other, _ := connect(t)
	address := there.LocalAddr().(*net.TCPAddr).AddrPort()
	if ended := endSilent(address, time.Hour); ended != 0 {
		t.Errorf("silent for less than an hour: ended %d connections, want 0", ended)
	}
	if ended := endSilent(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), address.Port()), 0); ended != 0 {
		t.Errorf("to another host: ended %d connections, want 0", ended)
	}
	if ended := endSilent(address, 0); ended != 1 {
		t.Errorf("a silent connection: ended %d connections, want 1", ended)
	}
	if n, err := silent.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("reading from it: got %d bytes, %v; want %v", n, err, io.EOF)
	}
	if _, err := other.Write([]byte("x")); err != nil {
		t.Errorf("a connection to elsewhere: %v", err)
	}
	if _, err := there.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the other side: got %v, want %v", err, io.EOF)
	}
}

// Messages between nodes go in one direction of a connection, so whoever sends them hears
// nothing.
func TestConnectionsThatSendAreNotSilent(t *testing.T) {
	const silence = time.Second
	for {
		sending, there := connect(t)
		time.Sleep(silence * 11 / 10) // the kernel's time, in which nothing arrives
		began := time.Now()
		if _, err := sending.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		ended := endSilent(there.LocalAddr().(*net.TCPAddr).AddrPort(), silence)
		if time.Since(began) > silence/2 {
			continue // this machine stood still
		}
		if ended != 0 {
			t.Errorf("ended %d connections, want 0", ended)
		}
		return
	}
}

// A node is reached at the address that it connects from, with the port of its name.
func TestNodePort(t *testing.T) {
	for _, c := range []struct {
		from, node, want string // empty for none
	}{
		{"10.79.0.3:41234", "10.79.0.3:7946", "10.79.0.3:7946"},
		{"10.79.0.3:41234", "node-2.example:7000", "10.79.0.3:7000"},
		{"[::ffff:10.79.0.3]:41234", "node-2.example:7000", "10.79.0.3:7000"},
		{"[fe80::1%eth0]:41234", "node-2.example:7000", "[fe80::1]:7000"},
		{"pipe", "node-2.example:7000", ""},
		{"10.79.0.3:41234", "node-2.example", ""},
		{"10.79.0.3:41234", "node-2.example:http", ""},
	} {
		got, ok := nodePort(c.from, c.node)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%s from %s: got %v, %v, want %q", c.node, c.from, got, ok, c.want)
		}
	}
}

// connect returns both ends of a connection, the one that dialed first.
func connect(t *testing.T) (dialed, accepted net.Conn) {
	t.Helper()
	listener, err := (tcp{}).listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	if dialed, err = (tcp{}).dial(t.Context(), listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dialed.Close() })
	if accepted, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = accepted.Close() })
	return dialed, accepted
}
