package membership

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// An outage in which all leases expire changes nothing.
func TestEtcdOutage(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	members := startWithTTL(t, server, 2, shortTTL, shortGrace)
	before, last := members[0].ids(), time.Now()
	server.Pause()
	time.Sleep(2*shortTTL + shortGrace)
	server.Resume()
	for _, m := range members {
		eventually(t, "a member has renewed its lease", func() bool { return m.LastContact().After(last) })
	}
	time.Sleep(2 * shortGrace)
	for _, m := range members {
		if got := m.ids(); !slices.Equal(got, before) || m.losses.Load() != 0 {
			t.Errorf("after the outage: got members %v and %d losses, want %v and none", got, m.losses.Load(), before)
		}
	}
}

func TestEtcdRestart(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	members := startEtcdMembers(t, server, 2)
	a, b := members[0], members[1]
	before := a.ids()
	server.Kill()
	if err := b.Drain(shortly(t)); err == nil {
		t.Error("Drain without etcd: got no error")
	}
	if got := a.ids(); !slices.Equal(got, before) {
		t.Errorf("members without etcd: got %v, want %v", got, before)
	}
	server.Restart()
	if err := b.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both see a change after the restart", func() bool {
		for _, m := range members {
			if seen, _ := m.current.Load().Member(b.address); !seen.Draining {
				return false
			}
		}
		return sameView(a, b)
	})
	if got := a.ids(); !slices.Equal(got, before) {
		t.Errorf("members after the restart: got %v, want %v", got, before)
	}
}

// A watch that begins before what has been compacted ends, and all is read again.
func TestEtcdCompaction(t *testing.T) {
	server := etcdtest.Start(t)
	members := startEtcdMembers(t, server, 2)
	a, b := members[0], members[1]
	a.cancel()
	a.running.Wait()
	var last int64
	for range 10 {
		r, err := b.records.client.Put(t.Context(), "/elsewhere", "x")
		if err != nil {
			t.Fatal(err)
		}
		last = r.Header.Revision
	}
	if err := b.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.records.client.Compact(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.state.replica.applied = 1
	a.run()
	eventually(t, "the change that the watch missed is read", func() bool {
		m, _ := a.current.Load().Member(b.address)
		return m.Draining && sameView(a, b)
	})
}

func TestEtcdDown(t *testing.T) {
	server := etcdtest.Start(t)
	a, never := startEtcdMember(t, server), newEtcdMember(t, server, "", longTTL, longTTL)
	server.Kill()
	if err := never.Join(shortly(t), Member{ID: "x", Address: never.address}, func(Snapshot) {}, func() {}); err == nil {
		t.Error("Join without etcd: got no error")
	}
	began := time.Now()
	if err := a.Leave(shortly(t)); err == nil {
		t.Error("Leave without etcd: got no error")
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("Leave without etcd took %v, want it to end with its context", took)
	}
}

// shortly is a context for a call that cannot succeed.
func shortly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
