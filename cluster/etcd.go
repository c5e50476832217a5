package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// EtcdSourceConfig says where the membership is kept.
type EtcdSourceConfig struct {
	// Client is the caller's, who closes it after the node has left.
	Client *clientv3.Client
	// Prefix of all keys; it ends with a slash. Empty means /pokey/v1/nodes/.
	Prefix string
	// TTL is how long after its last sign of life a node is missed, in whole
	// seconds; 0 means 5 s.
	TTL time.Duration
	// Grace is how long a node that is missed stays a member; 0 means 2 s.
	Grace time.Duration
	// Log gets what an operator should know.
	Log *slog.Logger
}

// Etcd is a membership in etcd. There are two keys for each member: PREFIX and
// its address hold its record, which is the membership; /alive behind that
// is a sign of life with a lease. If the sign has vanished for longer than the
// grace, any other node deletes the record. So a membership changes at one
// revision for everybody, the version of a view is that revision, and a pause of
// etcd that ends all leases changes nothing: the signs come back in time.
//
// While etcd cannot be reached, the last view stays.
type Etcd struct {
	conf EtcdSourceConfig

	system string // the ID of the node, to which each registration adds its number
	view   func(Snapshot)
	lost   func()

	ctx       context.Context // ends with Stop
	cancel    context.CancelFunc
	running   sync.WaitGroup
	heard     atomic.Int64  // when etcd last took a sign of life, in nanoseconds since 1970
	attention chan struct{} // something about this node's own keys has changed
	writing   chan struct{} // holds a token while this node's own record is written

	mu      sync.Mutex
	self    Member
	number  int   // of registrations
	created int64 // when the own record was, which tells it from any other; 0 without one
	lease   clientv3.LeaseID
	known   known
	probing map[string]bool // addresses
}

// known is what this node has read, at one revision.
type known struct {
	applied int64                // up to which everything is in here
	version int64                // of the last change to a record
	members map[string]entry     // by address
	missing map[string]time.Time // members without a sign of life, since when
}

// entry is a record and when it was created.
type entry struct {
	member  Member
	created int64
}

// NewEtcdSource returns the source of one node. Nothing happens before Claim or
// Start.
func NewEtcdSource(c EtcdSourceConfig) *Etcd {
	if c.Prefix == "" {
		c.Prefix = "/pokey/v1/nodes/"
	}
	if c.TTL == 0 {
		c.TTL = 5 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 2 * time.Second
	}
	return &Etcd{conf: c, attention: make(chan struct{}, 1), writing: make(chan struct{}, 1), probing: map[string]bool{}}
}

// callTimeout bounds a call of etcd that nobody waits for.
const callTimeout = 3 * time.Second

// alive is behind an address in the key of its sign of life.
const alive = "/alive"

func (e *Etcd) recordKey(address string) string { return e.conf.Prefix + address }
func (e *Etcd) aliveKey(address string) string  { return e.conf.Prefix + address + alive }

// Claim implements [Source].
func (e *Etcd) Claim(ctx context.Context, address string) error {
	for {
		got, err := e.conf.Client.Txn(ctx).Then(clientv3.OpGet(e.recordKey(address)), clientv3.OpGet(e.aliveKey(address))).Commit()
		if err != nil {
			return err
		}
		record, sign := got.Responses[0].GetResponseRange(), got.Responses[1].GetResponseRange()
		if len(record.Kvs) == 0 {
			return nil
		}
		switch verdict := probe(ctx, address); {
		case verdict == answers:
			return ErrAddressTaken
		case verdict == refuses, len(sign.Kvs) == 0:
			if _, err := e.remove(ctx, address, record.Kvs[0].CreateRevision, false); err != nil {
				return err
			}
			continue // to see whether it is gone
		}
		if !pause(ctx, time.Second) {
			return fmt.Errorf("%w, or cannot be told to be dead", ErrAddressTaken)
		}
	}
}

// Start implements [Source].
func (e *Etcd) Start(ctx context.Context, self Member, view func(Snapshot), lost func()) error {
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.system, e.self, e.view, e.lost = self.ID, self, view, lost
	if err := e.register(ctx); err != nil {
		e.cancel()
		return err
	}
	if err := e.list(ctx); err != nil {
		e.cancel()
		return errors.Join(err, e.resign(ctx))
	}
	e.running.Go(e.follow)
	e.running.Go(e.stay)
	e.running.Go(e.reap)
	return nil
}

// Drain implements [Source].
func (e *Etcd) Drain(ctx context.Context) error {
	e.mu.Lock()
	e.self.Draining = true
	e.mu.Unlock()
	done, _, err := e.rewrite(ctx)
	if err == nil && !done {
		err = errors.New("not a member at the moment") // it will be one that drains
	}
	return err
}

// Miss implements [Source].
func (e *Etcd) Miss(ctx context.Context, ids []string, yields bool) error {
	e.mu.Lock()
	e.self.missing(ids, yields, uint64(e.known.version))
	e.mu.Unlock()
	_, _, err := e.rewrite(ctx) // or it becomes a member again with them
	return err
}

// Stop implements [Source].
func (e *Etcd) Stop(ctx context.Context) error {
	if e.cancel == nil {
		return nil
	}
	e.mu.Lock()
	e.cancel() // after which Suspect begins nothing
	e.mu.Unlock()
	e.running.Wait()
	return e.resign(ctx)
}

// resign deletes the own keys, which all others see at once.
func (e *Etcd) resign(ctx context.Context) error {
	e.mu.Lock()
	created, lease := e.created, e.lease
	e.created = 0
	e.mu.Unlock()
	if created == 0 {
		return nil
	}
	if _, err := e.remove(ctx, e.self.Address, created, false); err != nil {
		return err
	}
	_, err := e.conf.Client.Revoke(ctx, lease)
	return err
}

// remove deletes the record that was created then, and its sign of life. If
// onlyMissing it does so only if there is none. It reports whether it did.
func (e *Etcd) remove(ctx context.Context, address string, created int64, onlyMissing bool) (bool, error) {
	conditions := []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(e.recordKey(address)), "=", created)}
	if onlyMissing {
		conditions = append(conditions, clientv3.Compare(clientv3.CreateRevision(e.aliveKey(address)), "=", 0))
	}
	done, err := e.conf.Client.Txn(ctx).If(conditions...).
		Then(clientv3.OpDelete(e.recordKey(address)), clientv3.OpDelete(e.aliveKey(address))).Commit()
	return err == nil && done.Succeeded, err
}

// rewrite writes the own record anew, if it is still there, and in the same
// transaction reads all there is.
func (e *Etcd) rewrite(ctx context.Context) (done bool, got *clientv3.TxnResponse, err error) {
	select {
	case e.writing <- struct{}{}: // or an older state might be written after a newer
		defer func() { <-e.writing }()
	case <-ctx.Done():
		return false, nil, ctx.Err()
	}
	e.mu.Lock()
	self, created := e.self, e.created
	e.mu.Unlock()
	all := clientv3.OpGet(e.conf.Prefix, clientv3.WithPrefix())
	got, err = e.conf.Client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision(e.recordKey(self.Address)), "=", created), clientv3.Compare(clientv3.CreateRevision(e.recordKey(self.Address)), "!=", 0)).
		Then(clientv3.OpPut(e.recordKey(self.Address), encodeRecord(self)), all).Else(all).Commit()
	if err != nil {
		return false, nil, err
	}
	return got.Succeeded, got, nil
}

func encodeRecord(m Member) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds nothing that can fail
	}
	return string(b)
}

// address is what a key below the prefix is about. What is there besides records
// and signs of life a later release has put there, and is not ours to read.
func (e *Etcd) address(key []byte) (address string, sign, ours bool) {
	address, sign = strings.CutSuffix(strings.TrimPrefix(string(key), e.conf.Prefix), alive)
	return address, sign, !strings.Contains(address, "/")
}

// pause waits, and reports whether ctx lasted.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
