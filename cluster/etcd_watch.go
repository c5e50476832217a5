package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Between attempts to read the membership again, from the first to the later.
const (
	relistSoon  = 100 * time.Millisecond
	relistLater = 2 * time.Second
)

// follow keeps up with etcd, whatever happens to the watch: what was missed is
// read again.
func (e *Etcd) follow() {
	for e.ctx.Err() == nil {
		err := e.watch()
		for delay := relistSoon; e.ctx.Err() == nil; delay = min(2*delay, relistLater) {
			e.conf.Log.Warn("the watch of the cluster's members ended, they are read again", "err", err)
			if !pause(e.ctx, delay) {
				return
			}
			ctx, cancel := context.WithTimeout(e.ctx, callTimeout)
			err = e.list(ctx)
			cancel()
			if err == nil {
				break
			}
		}
	}
}

// watch applies changes until the watch breaks.
func (e *Etcd) watch() error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(e.ctx))
	defer cancel()
	e.mu.Lock()
	from := e.known.applied + 1
	e.mu.Unlock()
	for r := range e.conf.Client.Watch(ctx, e.conf.Prefix, clientv3.WithPrefix(), clientv3.WithRev(from)) {
		if err := r.Err(); err != nil {
			return err
		}
		e.apply(r.Events, r.Header.Revision)
	}
	return errors.New("the watch was closed")
}

// apply is called from follow's goroutine only.
func (e *Etcd) apply(events []*clientv3.Event, revision int64) {
	e.mu.Lock()
	before := e.known.version
	for _, event := range events {
		e.known.apply(e, event)
	}
	e.known.applied = max(e.known.applied, revision)
	s, changed := e.known.snapshot(), e.known.version != before
	e.mu.Unlock()
	e.look()
	if changed {
		e.view(s)
	}
}

func (k *known) apply(e *Etcd, event *clientv3.Event) {
	address, sign, ours := e.address(event.Kv.Key)
	deleted := event.Type == mvccpb.DELETE
	switch {
	case !ours:
		return
	case sign && deleted:
		if _, member := k.members[address]; member {
			k.missing[address] = time.Now()
		}
		return
	case sign:
		delete(k.missing, address)
		return
	case deleted:
		delete(k.members, address)
		delete(k.missing, address)
	default:
		if old := k.members[address]; old.created != event.Kv.CreateRevision {
			delete(k.missing, address) // its sign of life comes with it
		}
		k.put(e, address, event.Kv)
	}
	k.version = event.Kv.ModRevision
}

func (k *known) put(e *Etcd, address string, kv *mvccpb.KeyValue) {
	var m Member
	if err := json.Unmarshal(kv.Value, &m); err != nil || m.Address != address || m.ID == "" {
		e.conf.Log.Error("a member's record is not one", "address", address)
		delete(k.members, address)
		return
	}
	k.members[address] = entry{m, kv.CreateRevision}
}

func (k *known) snapshot() Snapshot {
	s := Snapshot{Version: uint64(k.version)}
	for _, x := range k.members {
		s.Members = append(s.Members, x.member)
	}
	return s
}

// list reads everything, from Start or follow's goroutine. Deletions leave no
// trace in what can be read, so it writes the own record anew first: then no
// change is newer than that, and others too have a view of this version.
func (e *Etcd) list(ctx context.Context) error {
	done, got, err := e.rewrite(ctx)
	if err != nil {
		return err
	}
	all := got.Responses[len(got.Responses)-1].GetResponseRange().Kvs
	fresh := known{applied: got.Header.Revision, members: map[string]entry{}, missing: map[string]time.Time{}}
	signs := map[string]bool{}
	for _, kv := range all {
		switch address, sign, ours := e.address(kv.Key); {
		case !ours:
		case sign:
			signs[address] = true
		default:
			fresh.put(e, address, kv)
			fresh.version = max(fresh.version, kv.ModRevision)
		}
	}
	e.mu.Lock()
	fresh.version = max(fresh.version, e.known.version)
	if done {
		fresh.version = got.Header.Revision
	}
	for address := range fresh.members {
		if since, before := e.known.missing[address]; !signs[address] {
			if !before {
				since = time.Now()
			}
			fresh.missing[address] = since
		}
	}
	e.known = fresh
	s, missing := fresh.snapshot(), slices.Collect(maps.Keys(fresh.missing))
	e.mu.Unlock()
	e.look()
	e.view(s)
	for _, address := range missing {
		e.Suspect(address) // it may be long dead
	}
	return nil
}

// look draws attention if this node's own keys are not as they should be.
func (e *Etcd) look() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, missed := e.known.missing[e.self.Address]; missed || e.expelled() {
		nudge(e.attention)
	}
}

// expelled reports whether the own record has been deleted; e.mu is held.
func (e *Etcd) expelled() bool {
	return e.created != 0 && e.known.applied >= e.created && e.known.members[e.self.Address].created != e.created
}
