package main

import (
	"fmt"
	"log/slog"
	"net"
)

// listenFunc is net.Listen, or what a test puts in its place.
type listenFunc func(network, address string) (net.Listener, error)

// listeners are the program's two ports.
type listeners struct {
	public net.Listener
	admin  net.Listener // the operator's; nil for none
}

// listenBoth opens the ports, the public one first.
func listenBoth(c config, log *slog.Logger, listen listenFunc) (listeners, error) {
	public, err := listen("tcp", c.listen)
	if err != nil {
		return listeners{}, exit{exitConfig, fmt.Errorf("-listen %s: %w", c.listen, err)}
	}
	l := listeners{public: public}
	if l.admin, err = listenAdmin(c, log, listen); err != nil {
		l.close()
		return listeners{}, err
	}
	return l, nil
}

// listenAdmin opens the operator's port. Where nobody asked for it and it is
// taken, the server does without.
func listenAdmin(c config, log *slog.Logger, listen listenFunc) (net.Listener, error) {
	if c.adminListen == "" {
		return nil, nil
	}
	l, err := listen("tcp", c.adminListen)
	switch {
	case err == nil:
		return l, nil
	case c.given["admin-listen"]:
		return nil, exit{exitConfig, fmt.Errorf("-admin-listen %s: %w", c.adminListen, err)}
	default:
		log.Warn("no metrics: the address is not to be had", "setting", "-admin-listen", "address", c.adminListen, "err", err)
		return nil, nil
	}
}

// adminAddress is where the operator's port is, empty for none.
func (l listeners) adminAddress() string {
	if l.admin == nil {
		return ""
	}
	return l.admin.Addr().String()
}

// close closes what no server has taken over.
func (l listeners) close() {
	_ = l.public.Close()
	if l.admin != nil {
		_ = l.admin.Close()
	}
}
