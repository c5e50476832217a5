package membership

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// reapInterval is how often a node looks for members that have expired.
const reapInterval = 100 * time.Millisecond

// etcdReaper removes dead members.
type etcdReaper struct {
	records *etcdRecords
	state   *etcdState
	grace   time.Duration
	log     *slog.Logger
	running *sync.WaitGroup // port checks
}

// reap deletes the records of members that have been expired for longer than the
// grace. All nodes do it; the first succeeds.
func (r *etcdReaper) reap(ctx context.Context) {
	for sleep(ctx, reapInterval) {
		for address, created := range r.state.overdue(r.grace) {
			call, cancel := context.WithTimeout(ctx, callTimeout)
			removed, err := r.records.remove(call, address, created, true)
			cancel()
			switch {
			case removed:
				r.log.Warn("removed a member that did not renew its lease", "address", address)
			case err != nil && ctx.Err() == nil:
				r.log.Warn("cannot remove an expired member yet", "address", address, "err", err)
				sleep(ctx, retryMax)
			}
		}
	}
}

// suspect removes a member whose port refuses connections without waiting for its
// lease: its process has ended.
func (r *etcdReaper) suspect(ctx context.Context, address string) {
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	record, ok := r.state.replica.members[address]
	if !ok || address == r.state.self.Address || r.state.checking[address] || ctx.Err() != nil {
		return
	}
	r.state.checking[address] = true
	r.running.Go(func() {
		r.removeDead(ctx, address, record.created)
		r.state.mu.Lock()
		delete(r.state.checking, address)
		r.state.mu.Unlock()
	})
}

func (r *etcdReaper) removeDead(ctx context.Context, address string, created int64) {
	call, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	if checkPort(call, address) != portClosed {
		return
	}
	removed, err := r.records.remove(call, address, created, false)
	for err != nil && sleep(call, retryMin) { // etcd's leader may have died with it
		removed, err = r.records.remove(call, address, created, false)
	}
	switch {
	case removed:
		r.log.Warn("removed a member that ended without leaving", "address", address)
	case err != nil && ctx.Err() == nil:
		r.log.Warn("cannot remove a dead member", "address", address, "err", err)
	}
}
