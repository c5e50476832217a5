package membership

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// An EtcdConfig says where the membership is kept.
type EtcdConfig struct {
	// Client is the caller's, who closes it after the node has left.
	Client *clientv3.Client
	// Prefix of all keys; it ends with a slash. Empty means /pokey/v1/nodes/.
	Prefix string
	// TTL is how long after its last renewal a node's lease expires, in whole
	// seconds; 0 means 5 s.
	TTL time.Duration
	// Grace is how long a node whose lease has expired stays a member; 0 means
	// 2 s.
	Grace time.Duration
	// OwnsAddress says that the caller has made sure that no other process has this
	// node's address, so that Claim need not ask.
	OwnsAddress bool
	// Log gets what an operator should know.
	Log *slog.Logger
}

// Etcd is one node's part of a membership in etcd. It implements the Membership
// of package cluster.
//
// There are two keys for each member: its record, which is the membership, and a
// liveness key with a lease. If the liveness key has been gone for longer than the
// grace, any other node deletes the record. So the membership changes at the same
// revision for all nodes, the version of a view is that revision, and an outage of
// etcd in which all leases expire changes nothing: the liveness keys come back in
// time.
//
// While etcd cannot be reached, the last view stays.
type Etcd struct {
	records etcdRecords
	state   etcdState
	lease   etcdLease
	reaper  etcdReaper
	watcher etcdWatcher
	owner   bool // of the address

	ctx     context.Context // ends with Leave
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// NewEtcd returns the part of one node. It calls etcd only from Claim or Join
// on.
func NewEtcd(c EtcdConfig) *Etcd {
	if c.Prefix == "" {
		c.Prefix = "/pokey/v1/nodes/"
	}
	if c.TTL == 0 {
		c.TTL = 5 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 2 * time.Second
	}
	keys := etcdKeys{c.Prefix}
	e := &Etcd{
		owner:   c.OwnsAddress,
		records: etcdRecords{client: c.Client, keys: keys, ttl: c.TTL, writing: make(chan struct{}, 1)},
		state:   etcdState{replica: newEtcdReplica(keys, c.Log, 0), checking: map[string]bool{}, disturbed: make(chan struct{}, 1)},
	}
	e.lease.records, e.lease.state, e.lease.log = &e.records, &e.state, c.Log
	e.reaper = etcdReaper{records: &e.records, state: &e.state, grace: c.Grace, log: c.Log, running: &e.running}
	e.watcher = etcdWatcher{records: &e.records, state: &e.state, log: c.Log, suspect: e.Suspect}
	return e
}

// Claim returns [ErrAddressTaken] if a member with this address still answers on
// it, and removes one that has ended.
func (e *Etcd) Claim(ctx context.Context, address string) error {
	for {
		created, alive, err := e.records.find(ctx, address)
		if err != nil || created == 0 {
			return err
		}
		port := portClosed
		if !e.owner {
			port = checkPort(ctx, address)
		}
		switch {
		case port == portOpen:
			return ErrAddressTaken
		case port == portClosed, !alive:
			if _, err := e.records.remove(ctx, address, created, false); err != nil {
				return err
			}
			continue // to see whether it is gone
		}
		if !sleep(ctx, time.Second) {
			return fmt.Errorf("%w, or its state is unclear", ErrAddressTaken)
		}
	}
}

// Join makes self a member, and keeps it one until Leave.
func (e *Etcd) Join(ctx context.Context, self Member, view func(Snapshot), lost func()) error {
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.state.system, e.state.self = self.ID, self
	e.watcher.view, e.lease.lost = view, lost
	if err := e.lease.register(ctx); err != nil {
		e.cancel()
		return err
	}
	if err := e.watcher.list(ctx); err != nil {
		e.cancel()
		return errors.Join(err, e.lease.resign(ctx))
	}
	e.run()
	return nil
}

func (e *Etcd) run() {
	e.running.Go(func() { e.watcher.follow(e.ctx) })
	e.running.Go(func() { e.lease.maintain(e.ctx) })
	e.running.Go(func() { e.reaper.reap(e.ctx) })
}

// Suspect removes the member at address if its port refuses connections. It does
// not wait.
func (e *Etcd) Suspect(address string) { e.reaper.suspect(e.ctx, address) }

// LastContact is when etcd last confirmed this node's lease.
func (e *Etcd) LastContact() time.Time { return time.Unix(0, e.lease.contact.Load()) }

// ReportUnreachable writes into this node's record which members it cannot reach.
func (e *Etcd) ReportUnreachable(ctx context.Context, ids []string, yieldsOwnership bool) error {
	e.state.mu.Lock()
	e.state.self.report(ids, yieldsOwnership, uint64(e.state.replica.version))
	e.state.mu.Unlock()
	_, _, _, err := e.records.rewrite(ctx, e.state.own) // without a record, the next one says it
	return err
}

// Drain marks this node's record.
func (e *Etcd) Drain(ctx context.Context) error {
	e.state.mu.Lock()
	e.state.self.Draining = true
	e.state.mu.Unlock()
	done, _, _, err := e.records.rewrite(ctx, e.state.own)
	if err == nil && !done {
		err = errors.New("not a member at the moment") // its next record will say that it drains
	}
	return err
}

// Leave ends everything that Join began and deletes this node's keys.
func (e *Etcd) Leave(ctx context.Context) error {
	if e.cancel == nil {
		return nil
	}
	e.state.mu.Lock()
	e.cancel() // after which Suspect begins nothing
	e.state.mu.Unlock()
	e.running.Wait()
	return e.lease.resign(ctx)
}
