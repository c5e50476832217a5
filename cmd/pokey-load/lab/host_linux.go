package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

const (
	tunDevice = "/dev/net/tun"
	card      = "lab0" // the name of every host's card
	mtu       = 9000   // large, for the router's sake
	backlog   = 10_000 // packets that a card holds for a router that is behind
)

// Host is a host of a [Network]. Its methods are safe for concurrent use.
type Host struct {
	Name string
	Addr netip.Addr

	card  *os.File
	tasks chan func() // for the thread that is in the host's namespace
}

// newHost makes a host. The own one is where the program itself is.
func newHost(name string, addr netip.Addr, own bool) (*Host, error) {
	h := &Host{Name: name, Addr: addr, tasks: make(chan func())}
	ready := make(chan error)
	go func() {
		// The thread is never unlocked: it is in another namespace than the
		// others, and ends with the goroutine.
		runtime.LockOSThread()
		if !own {
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				ready <- fmt.Errorf("namespace: %w", err)
				return
			}
		}
		var err error
		h.card, err = openCard(addr)
		ready <- err
		for task := range h.tasks {
			task()
		}
	}()
	if err := <-ready; err != nil {
		return nil, fmt.Errorf("host %s: %w", name, err)
	}
	return h, nil
}

// Start starts the command as a process on the host.
func (h *Host) Start(command *exec.Cmd) error {
	started := make(chan error)
	h.tasks <- func() { started <- command.Start() }
	return <-started
}

// openCard makes a network card in the namespace of the calling thread and
// switches it on, and the loopback card too.
func openCard(addr netip.Addr) (*os.File, error) {
	fd, err := unix.Open(tunDevice, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tunDevice, err)
	}
	request, err := unix.NewIfreq(card)
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", tunDevice, err), unix.Close(fd))
	}
	if err := configure(addr); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	// Only now: before it had a card, the file could not be waited for.
	return os.NewFile(uintptr(fd), card), nil
}

func configure(addr netip.Addr) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer func() { _ = unix.Close(socket) }()
	mask := [4]byte{255, 255, 255, 0}
	ip := addr.As4()
	return errors.Join(
		set(socket, "lo", unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP); return nil }),
		set(socket, card, unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(ip[:]) }),
		set(socket, card, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr(mask[:]) }),
		set(socket, card, unix.SIOCSIFMTU, func(r *unix.Ifreq) error { r.SetUint32(mtu); return nil }),
		set(socket, card, unix.SIOCSIFTXQLEN, func(r *unix.Ifreq) error { r.SetUint32(backlog); return nil }),
		set(socket, card, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP); return nil }),
	)
}

func set(socket int, name string, what uint, fill func(*unix.Ifreq) error) error {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := fill(request); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, what, request); err != nil {
		return fmt.Errorf("network card %s, request %#x: %w", name, what, err)
	}
	return nil
}
