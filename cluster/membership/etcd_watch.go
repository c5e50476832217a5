package membership

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// etcdWatcher keeps the replica up to date and passes on each snapshot.
type etcdWatcher struct {
	records *etcdRecords
	state   *etcdState
	log     *slog.Logger
	view    func(Snapshot)       // called from one goroutine at a time
	suspect func(address string) // called for each member found without a liveness key
}

// follow watches etcd until ctx ends. Each time the watch ends it reads all
// records again, so that no change is missed.
func (w *etcdWatcher) follow(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.watch(ctx)
		for delay := retryMin; ctx.Err() == nil; delay = min(2*delay, retryMax) {
			w.log.Warn("the watch on the members in etcd ended; reading all of them again", "err", err)
			if !sleep(ctx, delay) {
				return
			}
			call, cancel := context.WithTimeout(ctx, callTimeout)
			err = w.list(call)
			cancel()
			if err == nil {
				break
			}
		}
	}
}

// watch applies changes until the watch ends.
func (w *etcdWatcher) watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	w.state.mu.Lock()
	from := w.state.replica.applied + 1
	w.state.mu.Unlock()
	for r := range w.records.client.Watch(ctx, w.records.keys.prefix, clientv3.WithPrefix(), clientv3.WithRev(from)) {
		if err := r.Err(); err != nil {
			return err
		}
		w.apply(r.Events, r.Header.Revision)
	}
	return errors.New("the watch was closed")
}

func (w *etcdWatcher) apply(events []*clientv3.Event, revision int64) {
	w.state.mu.Lock()
	replica := &w.state.replica
	before := replica.version
	for _, event := range events {
		replica.apply(event)
	}
	replica.applied = max(replica.applied, revision)
	s, changed := replica.snapshot(), replica.version != before
	w.state.mu.Unlock()
	w.state.checkOwn()
	if changed {
		w.view(s)
	}
}

// list reads all keys; it is called before follow, or by it. A listing does not
// show deletions, so list first rewrites this node's record: the revision of that
// is newer than every change, and the other nodes get a view of that version too.
func (w *etcdWatcher) list(ctx context.Context) error {
	done, revision, all, err := w.records.rewrite(ctx, w.state.own)
	if err != nil {
		return err
	}
	fresh := newEtcdReplica(w.records.keys, w.log, revision)
	w.state.mu.Lock()
	fresh.fill(all, &w.state.replica)
	if done {
		fresh.version = revision
	}
	w.state.replica = fresh
	s, expired := fresh.snapshot(), slices.Collect(maps.Keys(fresh.expired))
	w.state.mu.Unlock()
	w.state.checkOwn()
	w.view(s)
	for _, address := range expired {
		w.suspect(address) // it may have died long ago
	}
	return nil
}
