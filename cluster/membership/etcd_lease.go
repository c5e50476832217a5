package membership

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// errRemoved says that this node's record is gone.
var errRemoved = errors.New("this node's record is gone")

// etcdLease keeps this node a member: it renews the lease of the liveness key.
type etcdLease struct {
	records *etcdRecords
	state   *etcdState
	log     *slog.Logger
	lost    func()
	contact atomic.Int64 // when etcd last confirmed the lease, in nanoseconds since 1970
}

// register makes this node a member under a new ID.
func (l *etcdLease) register(ctx context.Context) error {
	for {
		lease, err := l.records.grant(ctx)
		if err != nil {
			return err
		}
		l.state.mu.Lock()
		l.state.registrations++
		l.state.self.ID = l.state.system + "#" + strconv.Itoa(l.state.registrations)
		self := l.state.self
		l.state.mu.Unlock()
		created, other, err := l.records.create(ctx, self, lease)
		switch {
		case errors.Is(err, rpctypes.ErrLeaseNotFound): // it took so long that the lease has expired
			continue
		case err != nil:
			return err
		}
		var owner Member
		if other != nil && json.Unmarshal(other.Value, &owner) == nil && owner.ID == self.ID {
			created, other = other.CreateRevision, nil // by an attempt that got no answer
		}
		if other == nil {
			l.state.mu.Lock()
			l.state.created, l.state.lease = created, lease
			l.state.mu.Unlock()
			l.contact.Store(time.Now().UnixNano())
			return nil
		}
		if !strings.HasPrefix(owner.ID, l.state.system+"#") { // unless it is an earlier one of this process
			return ErrAddressTaken
		}
		if _, err := l.records.remove(ctx, self.Address, other.CreateRevision, false); err != nil {
			return err
		}
	}
}

// maintain keeps this node a member, and makes it one again when it was removed.
func (l *etcdLease) maintain(ctx context.Context) {
	interval := l.records.ttl / 4
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-l.state.disturbed:
		}
		call, cancel := context.WithTimeout(ctx, interval)
		err := l.renew(call)
		cancel()
		switch {
		case errors.Is(err, errRemoved):
			l.rejoin(ctx)
			err = nil
		case err != nil && !failing && ctx.Err() == nil:
			l.log.Error("etcd does not answer; the last view of the cluster stays in use", "err", err)
		case err == nil && failing:
			l.log.Info("etcd answers again")
		}
		failing = err != nil
		if err == nil {
			l.contact.Store(time.Now().UnixNano())
		}
	}
}

// renew renews the lease, or gets another one if it has expired. An expired lease
// does no harm as long as the record is there.
func (l *etcdLease) renew(ctx context.Context) error {
	l.state.mu.Lock()
	created, lease, address, id := l.state.created, l.state.lease, l.state.self.Address, l.state.self.ID
	_, expired := l.state.replica.expired[address]
	removed := l.state.removedLocked()
	l.state.mu.Unlock()
	if removed {
		return errRemoved
	}
	if !expired {
		_, err := l.records.client.KeepAliveOnce(ctx, lease)
		if !errors.Is(err, rpctypes.ErrLeaseNotFound) {
			return err
		}
	}
	fresh, err := l.records.grant(ctx)
	if err != nil {
		return err
	}
	switch done, err := l.records.revive(ctx, address, id, created, fresh); {
	case err != nil:
		return err
	case !done:
		return errRemoved
	}
	l.state.mu.Lock()
	l.state.lease = fresh
	delete(l.state.replica.expired, address)
	l.state.mu.Unlock()
	l.log.Warn("this node's lease expired, but it is still a member", "address", address)
	return nil
}

// rejoin makes this node a member again after the other nodes have removed it.
func (l *etcdLease) rejoin(ctx context.Context) {
	l.state.mu.Lock()
	l.state.created = 0
	l.state.mu.Unlock()
	l.lost()
	for delay := retryMin; ctx.Err() == nil; delay = min(2*delay, retryMax) {
		call, cancel := context.WithTimeout(ctx, callTimeout)
		err := l.register(call)
		cancel()
		if err == nil {
			l.log.Info("a member of the cluster again", "address", l.state.self.Address)
			return
		}
		l.log.Error("cannot become a member of the cluster again", "address", l.state.self.Address, "err", err)
		sleep(ctx, delay)
	}
}

// resign deletes this node's keys, which all other nodes see at once.
func (l *etcdLease) resign(ctx context.Context) error {
	l.state.mu.Lock()
	created, lease, address := l.state.created, l.state.lease, l.state.self.Address
	l.state.created = 0
	l.state.mu.Unlock()
	if created == 0 {
		return nil
	}
	if _, err := l.records.remove(ctx, address, created, false); err != nil {
		return err
	}
	return l.records.revoke(ctx, lease)
}
