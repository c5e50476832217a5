package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"syscall"
)

// listenFunc is the type of net.Listen, which tests replace.
type listenFunc func(network, address string) (net.Listener, error)

// listeners are the program's ports.
type listeners struct {
	public net.Listener
	plain  net.Listener // for http that is sent to https; nil for none
	admin  net.Listener // the operator's; nil for none
}

// listenAll opens the ports, the public one first.
func listenAll(c config, log *slog.Logger, listen listenFunc) (listeners, error) {
	public, err := listen("tcp", c.listen)
	if err != nil {
		return listeners{}, exit{exitConfig, fmt.Errorf("-listen %s: %w", c.listen, explainListen(err))}
	}
	l := listeners{public: public}
	if c.https.httpListen != "" {
		if l.plain, err = listen("tcp", c.https.httpListen); err != nil {
			l.close()
			return listeners{}, exit{exitConfig, fmt.Errorf("-http-listen %s: %w", c.https.httpListen, explainListen(err))}
		}
	}
	if l.admin, err = listenAdmin(c, log, listen); err != nil {
		l.close()
		return listeners{}, err
	}
	return l, nil
}

// listenAdmin opens the operator's port. If the address is only the default and
// already in use, the server does without that port.
func listenAdmin(c config, log *slog.Logger, listen listenFunc) (net.Listener, error) {
	if c.adminListen == "" {
		return nil, nil
	}
	l, err := listen("tcp", c.adminListen)
	switch {
	case err == nil:
		return l, nil
	case c.given["admin-listen"]:
		return nil, exit{exitConfig, fmt.Errorf("-admin-listen %s: %w", c.adminListen, explainListen(err))}
	default:
		log.Warn("no metrics: cannot listen on the address", "setting", "-admin-listen", "address", c.adminListen, "err", explainListen(err))
		return nil, nil
	}
}

// adminAddress returns the address of the operator's port; empty for none.
func (l listeners) adminAddress() string {
	if l.admin == nil {
		return ""
	}
	return l.admin.Addr().String()
}

// close closes the ports, for a start that failed before they were served.
func (l listeners) close() {
	for _, port := range []net.Listener{l.public, l.plain, l.admin} {
		if port != nil {
			_ = port.Close()
		}
	}
}

// explainListen says what to do if a port cannot be opened.
func explainListen(err error) error {
	for cause, advice := range map[error]string{
		fs.ErrPermission: "ports below 1024 need a permission: AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit, " +
			"setcap cap_net_bind_service=+ep on the program, or sysctl net.ipv4.ip_unprivileged_port_start=0; or listen elsewhere and forward the ports",
		syscall.EADDRINUSE:    "another program has this port; as root, ss -ltnp says which one. Stop it, or choose another port",
		syscall.EADDRNOTAVAIL: "this machine has no such address; ip address shows those that it has",
	} {
		if errors.Is(err, cause) {
			return fmt.Errorf("%w: %s", err, advice)
		}
	}
	return err
}
