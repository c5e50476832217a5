package cluster

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// The kernel ends the connections of a port whose peers acknowledge nothing.
func TestSilentPeersAreGivenUp(t *testing.T) {
	listener, err := (tcp{}).listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	dialed, err := (tcp{}).dial(t.Context(), listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dialed.Close() }()
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = accepted.Close() }()
	raw, err := accepted.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := userTimeout(raw, func(got time.Duration) {
		if got != maxSilence {
			t.Errorf("unacknowledged data ends a connection after %v, want %v", got, maxSilence)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func userTimeout(conn syscall.RawConn, use func(time.Duration)) (err error) {
	controlled := conn.Control(func(fd uintptr) {
		var ms int
		if ms, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout); err == nil {
			use(time.Duration(ms) * time.Millisecond)
		}
	})
	if err == nil {
		err = controlled
	}
	return err
}
