package cluster

import (
	"context"
	"errors"
	"net"
	"syscall"
	"time"
)

// reapInterval is how often it is looked for members that were missed too long.
const reapInterval = 100 * time.Millisecond

// reap deletes the records of members that have given no sign of life for longer
// than the grace. All nodes do it; the first succeeds.
func (e *Etcd) reap() {
	for pause(e.ctx, reapInterval) {
		for address, created := range e.overdue() {
			ctx, cancel := context.WithTimeout(e.ctx, callTimeout)
			removed, err := e.remove(ctx, address, created, true)
			cancel()
			switch {
			case removed:
				e.conf.Log.Warn("a member was given up", "address", address)
			case err != nil && e.ctx.Err() == nil:
				e.conf.Log.Warn("a missed member cannot be given up yet", "address", address, "err", err)
				pause(e.ctx, relistLater)
			}
		}
	}
}

// overdue are the members to be given up, with when they were created. What has
// been tried once has another grace, in which the result arrives.
func (e *Etcd) overdue() map[string]int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found map[string]int64
	for address, since := range e.known.missing {
		member := e.known.members[address]
		due := member.member.Draining || time.Since(since) >= e.conf.Grace // who drains is not waited for
		if address != e.self.Address && due {
			if found == nil {
				found = map[string]int64{}
			}
			found[address] = member.created
			e.known.missing[address] = time.Now()
		}
	}
	return found
}

// Suspect implements [Source]: a member whose port refuses connections has
// ended, and is removed without waiting for its lease.
func (e *Etcd) Suspect(address string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	member, ok := e.known.members[address]
	if !ok || address == e.self.Address || e.probing[address] || e.ctx.Err() != nil {
		return
	}
	e.probing[address] = true
	e.running.Go(func() {
		e.bury(address, member.created)
		e.mu.Lock()
		delete(e.probing, address)
		e.mu.Unlock()
	})
}

func (e *Etcd) bury(address string, created int64) {
	ctx, cancel := context.WithTimeout(e.ctx, 2*callTimeout)
	defer cancel()
	if probe(ctx, address) != refuses {
		return
	}
	removed, err := e.remove(ctx, address, created, false)
	switch {
	case removed:
		e.conf.Log.Warn("a member has ended without leaving", "address", address)
	case err != nil && e.ctx.Err() == nil:
		e.conf.Log.Warn("a dead member cannot be removed", "address", address, "err", err)
	}
}

// verdict is what the port of a node says about it.
type verdict int

const (
	unclear verdict = iota
	answers
	refuses
)

// How a port is probed. What it says must be the same three times in a row, for
// while a process ends its kernel may still take connections.
const (
	probeTimes    = 8
	probeSure     = 3
	probeInterval = 40 * time.Millisecond
	probePatience = 300 * time.Millisecond
)

func probe(ctx context.Context, address string) verdict {
	last, row := unclear, 0
	dialer := net.Dialer{Timeout: probePatience}
	for range probeTimes {
		now := unclear
		conn, err := dialer.DialContext(ctx, "tcp", address)
		switch {
		case err == nil:
			_ = conn.Close()
			now = answers
		case errors.Is(err, syscall.ECONNREFUSED):
			now = refuses
		}
		if now != last {
			last, row = now, 0
		}
		if row++; row == probeSure && now != unclear {
			return now
		}
		if !pause(ctx, probeInterval) {
			break
		}
	}
	return unclear
}
