package cluster

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	protocluster "github.com/asynkron/protoactor-go/cluster"
)

func TestNodesInOneProcess(t *testing.T) {
	noGoroutinesLeft(t)
	memory := NewMemory()
	a, b := startNode(t, memory.Source(), nil), startNode(t, memory.Source(), func(c *Config) { c.Wire = 2 })
	if v := a.View(); v == nil || len(v.Members()) != 0 {
		t.Errorf("before it joins a node sees %v", v.Members())
	}
	var calls, listed atomic.Int32
	a.conf.System.EventStream.Subscribe(func(event any) {
		if topology, ok := event.(*protocluster.ClusterTopology); ok {
			listed.Store(int32(len(topology.Members)))
		}
	})
	a.Subscribe(func() { calls.Add(1) })
	join(t, a)
	if err := a.Join(t.Context()); err == nil {
		t.Error("joined twice")
	}
	join(t, b)
	eventually(t, time.Second, "subscribers hear of it", func() bool { return calls.Load() >= 1 })
	if !converged(a, b) || a.View().Wire() != 1 {
		t.Errorf("the members are %v, their wire %d", a.View().Members(), a.View().Wire())
	}

	if err := a.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if owner, _ := a.View().Owner("room", "x"); owner != b.Self() || !converged(a, b) {
		t.Errorf("while one drains the owner is %s of %v", owner, a.View().Members())
	}
	eventually(t, time.Second, "Proto.Actor's member list has both", func() bool { return listed.Load() == 2 })

	if err := errors.Join(b.Leave(t.Context()), b.Leave(t.Context())); err != nil {
		t.Error(err)
	}
	if !converged(a) {
		t.Errorf("after one has left the members are %v", a.View().Members())
	}
	if err := b.Join(t.Context()); err == nil {
		t.Error("joined after it left")
	}
}

func TestMembershipLost(t *testing.T) {
	memory := NewMemory()
	a, b := startNode(t, memory.Source(), nil), startNode(t, memory.Source(), nil)
	join(t, a)
	join(t, b)
	before := ids(a.View())
	goOn := make(chan struct{})
	b.Lost(func() { <-goOn })
	memory.Remove(b.Self())
	if !converged(a) {
		t.Error("who was given up is still a member")
	}
	close(goOn)
	eventually(t, time.Second, "a member again", func() bool { return converged(a, b) })
	if slices.Equal(before, ids(a.View())) {
		t.Error("the same incarnation as before")
	}
}

func TestMemorySource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		var views []Snapshot
		see := func(s Snapshot) { views = append(views, s) }
		s := memory.Source()
		if err := s.Start(t.Context(), Member{ID: "a", Address: "a:1"}, see, func() { time.Sleep(time.Hour) }); err != nil {
			t.Fatal(err)
		}
		other := memory.Source()
		if err := other.Claim(t.Context(), "a:1"); !errors.Is(err, ErrAddressTaken) {
			t.Errorf("the address can be claimed: %v", err)
		}
		if err := other.Start(t.Context(), Member{ID: "b", Address: "a:1"}, see, nil); !errors.Is(err, ErrAddressTaken) {
			t.Errorf("the address can be taken: %v", err)
		}
		memory.Remove("nobody:1")
		memory.Remove("a:1")
		synctest.Wait()
		if last := views[len(views)-1]; len(last.Members) != 0 {
			t.Errorf("a member while it has not yet stopped everything: %v", last)
		}
		if err := s.Drain(t.Context()); err == nil {
			t.Error("drained though not a member")
		}
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if last := views[len(views)-1]; len(last.Members) != 1 || last.Members[0].ID != "a#2" {
			t.Errorf("afterwards the members are %v", last)
		}
		for i := 1; i < len(views); i++ {
			if views[i].Version <= views[i-1].Version {
				t.Errorf("version %d follows %d", views[i].Version, views[i-1].Version)
			}
		}
		if err := errors.Join(s.Stop(t.Context()), s.Stop(t.Context()), other.Stop(t.Context())); err != nil {
			t.Error(err)
		}
		if len(memory.members) != 0 || len(memory.watchers) != 0 {
			t.Error("something is left of a node that has left")
		}
	})
}

// TestLinkLost breaks the link to a member, which stays one.
func TestLinkLost(t *testing.T) {
	noGoroutinesLeft(t)
	memory := NewMemory()
	a, b := startNode(t, memory.Source(), nil), startNode(t, memory.Source(), nil)
	join(t, a)
	join(t, b)
	_, got := registry(t, b)
	send(a, b.Self())
	<-got
	incarnation := func() string { return a.View().Incarnation(b.Self()) }
	before, version := incarnation(), a.View().Version()
	changed := make(chan struct{}, 100)
	a.Subscribe(func() { changed <- struct{}{} })
	b.link.server.Stop() // all connections, and the port
	<-changed
	if after := incarnation(); after != before+"/1" || a.View().Version() != version {
		t.Errorf("after the link broke the incarnation is %s, was %s; the version is %d, was %d", after, before, a.View().Version(), version)
	}
	// What cannot be sent is lost as well, but the attempts become fewer.
	began := time.Now()
	for time.Since(began) < time.Second {
		send(a, b.Self())
		time.Sleep(time.Millisecond)
	}
	if s := a.Stats(); s.LinkLosses < 3 || s.LinkLosses > 10 {
		t.Errorf("%d losses within a second", s.LinkLosses)
	}
	if !strings.HasPrefix(incarnation(), before+"/") {
		t.Errorf("the incarnation is %s", incarnation())
	}
}
