package cluster

import (
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const openFiles = "/proc/self/fd"

// endSilent ends the TCP connections of this process to an address over which nothing has
// arrived, and nothing was sent, for so long, and returns how many. It finds them among the
// open files, since whoever uses them has not been made to say so.
//
// Whoever sends may hear nothing for long on a sound connection too, as the node link does,
// and learns by itself that it has broken.
func endSilent(to netip.AddrPort, silence time.Duration) (ended int) {
	files, err := os.ReadDir(openFiles)
	if err != nil {
		return 0
	}
	for _, file := range files {
		fd, err := strconv.Atoi(file.Name())
		if err != nil {
			continue
		}
		// A duplicate stays the same connection if the file is closed meanwhile and its
		// number used again.
		conn, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			continue
		}
		if remoteOf(conn) == to && silentFor(conn) >= silence && unix.Shutdown(conn, unix.SHUT_RDWR) == nil {
			ended++
		}
		_ = unix.Close(conn)
	}
	return ended
}

// remoteOf is where a connection leads to; zero for other files.
func remoteOf(fd int) netip.AddrPort {
	switch a, _ := unix.Getpeername(fd); a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)) //nolint:gosec // a port
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port)) //nolint:gosec // a port
	}
	return netip.AddrPort{}
}

// silentFor is for how long nothing has gone over a TCP connection in either direction.
func silentFor(fd int) time.Duration {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return time.Duration(min(info.Last_data_recv, info.Last_data_sent)) * time.Millisecond
}
