//go:build unix

package transport

import (
	"errors"
	"net"
	"syscall"
)

// direct writes to a socket without waiting. It borrows the socket for one system call,
// so it does not prepare to wait, as RawConn.Write does, which costs a tenth of the write.
type direct struct {
	conn syscall.RawConn  // nil if there is no such way
	call func(fd uintptr) // kept, so that it is allocated only once
	b    []byte
	n    int
	err  error
}

// to makes d write to a socket. It leaves d without one for anything but a plain socket:
// TLS, or a wrapper with a Write of its own, has no such way.
func (d *direct) to(raw net.Conn) {
	var conn syscall.RawConn
	var err error
	switch socket := raw.(type) {
	case *net.TCPConn:
		conn, err = socket.SyscallConn()
	case *net.UnixConn:
		conn, err = socket.SyscallConn()
	}
	if err == nil && conn != nil {
		d.conn, d.call = conn, d.once
	}
}

// write writes as much of b as the socket takes at once, which may be nothing. Nobody
// else may write to the socket meanwhile.
func (d *direct) write(b []byte) (int, error) {
	if d.conn == nil || len(b) == 0 {
		return 0, nil
	}
	d.b, d.n, d.err = b, 0, nil
	err := d.conn.Control(d.call)
	d.b = nil
	if err == nil {
		err = d.err
	}
	return d.n, err
}

// once makes one attempt. A full socket is no error.
func (d *direct) once(fd uintptr) {
	for {
		n, err := sendNow(int(fd), d.b)
		switch {
		case err == nil:
			d.n = n
		case errors.Is(err, syscall.EINTR):
			continue
		case !errors.Is(err, syscall.EAGAIN):
			d.err = err
		}
		return
	}
}
