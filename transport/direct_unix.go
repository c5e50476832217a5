//go:build unix

package transport

import (
	"net"
	"syscall"
)

// direct writes to a socket without ever waiting for it.
type direct struct {
	conn syscall.RawConn
	call func(fd uintptr) bool // made once, because it would be allocated each time
	b    []byte
	n    int
	err  error
}

// newDirect returns nil for anything but a plain socket: below TLS, or in a
// wrapper that has its own idea of writing, there is no such way.
func newDirect(raw net.Conn) *direct {
	var conn syscall.RawConn
	var err error
	switch socket := raw.(type) {
	case *net.TCPConn:
		conn, err = socket.SyscallConn()
	case *net.UnixConn:
		conn, err = socket.SyscallConn()
	}
	if err != nil || conn == nil {
		return nil
	}
	d := &direct{conn: conn}
	d.call = d.once
	return d
}

// write writes as much of b as the socket takes at once, perhaps nothing.
func (d *direct) write(b []byte) (int, error) {
	if d == nil {
		return 0, nil
	}
	d.b, d.n, d.err = b, 0, nil
	err := d.conn.Write(d.call)
	d.b = nil
	if err == nil {
		err = d.err
	}
	return d.n, err
}

// once is one attempt. That it returns true keeps the runtime from waiting.
func (d *direct) once(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), d.b)
		switch {
		case err == nil:
			d.n = n
		case err == syscall.EINTR:
			continue
		case err != syscall.EAGAIN:
			d.err = err
		}
		return true
	}
}
