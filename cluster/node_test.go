package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/cluster/membership"
)

func TestNodesInOneProcess(t *testing.T) {
	noGoroutinesLeft(t)
	memory := membership.NewMemory()
	a, b := startNode(t, memory.Node(), nil), startNode(t, memory.Node(), func(c *Config) { c.Wire = 2 })
	if v := a.View(); v == nil || len(v.Members()) != 0 {
		t.Errorf("members before Join: got %v, want none", v.Members())
	}
	var calls atomic.Int32
	a.Subscribe(func() { calls.Add(1) })
	join(t, a)
	if err := a.Join(t.Context()); err == nil {
		t.Error("second Join: got no error")
	}
	join(t, b)
	eventually(t, waitLimit, "subscribers are called", func() bool { return calls.Load() >= 1 })
	if !converged(a, b) || a.View().Wire() != 1 {
		t.Errorf("got members %v and wire %d, want both and wire 1", a.View().Members(), a.View().Wire())
	}

	if err := a.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if owner, _ := a.View().Owner("room", "x"); owner != b.Self() || !converged(a, b) {
		t.Errorf("owner while the other drains: got %s of %v, want %s", owner, a.View().Members(), b.Self())
	}

	if err := errors.Join(b.Leave(t.Context()), b.Leave(t.Context())); err != nil {
		t.Error(err)
	}
	if !converged(a) {
		t.Errorf("members after one has left: got %v, want %s alone", a.View().Members(), a.Self())
	}
	if err := b.Join(t.Context()); err == nil {
		t.Error("Join after Leave: got no error")
	}
}

func TestMembershipLost(t *testing.T) {
	memory := membership.NewMemory()
	a, b := startNode(t, memory.Node(), nil), startNode(t, memory.Node(), nil)
	join(t, a)
	join(t, b)
	before := ids(a.View())
	goOn := make(chan struct{})
	b.OnOwnershipLost(func() { <-goOn })
	memory.Remove(b.Self())
	if !converged(a) {
		t.Errorf("members after a removal: got %v, want %s alone", a.View().Members(), a.Self())
	}
	close(goOn)
	eventually(t, waitLimit, "a member again", func() bool { return converged(a, b) })
	if slices.Equal(before, ids(a.View())) {
		t.Errorf("IDs after a removal: got %v, want others", before)
	}
}

// The link to a member may break while it stays one.
func TestLinkLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 2, 0)
		a, b := p.nodes[0], p.nodes[1]
		_, got := registry(t, b)
		send(a, b.Self())
		receive(t, got)
		incarnation := func() string { return a.View().Incarnation(b.Self()) }
		before, version := incarnation(), a.View().Version()
		changed := make(chan struct{}, 100)
		a.Subscribe(func() { changed <- struct{}{} })
		stopServer(b)
		<-changed
		if got, want := incarnation(), before+"/1"; got != want || a.View().Version() != version {
			t.Errorf("after the link broke: got incarnation %s and version %d, want %s and %d", got, a.View().Version(), want, version)
		}
		// Messages that cannot be sent are losses too, but the attempts become fewer.
		b.link.server.close() // so that it does not listen again
		for range 1000 {
			send(a, b.Self())
			time.Sleep(time.Millisecond)
		}
		if got := a.Stats().LinkLosses; got < 3 || got > 10 {
			t.Errorf("link losses within a second: got %d, want 3 to 10", got)
		}
		if got := incarnation(); !strings.HasPrefix(got, before+"/") {
			t.Errorf("incarnation: got %s, want %s/N", got, before)
		}
	})
}

func TestLeaveWithoutMembership(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 1, 0)
		n := p.nodes[0]
		p.outages[0].begin()
		began := time.Now()
		if err := n.Leave(t.Context()); err == nil {
			t.Error("Leave during an outage: got no error")
		}
		if took := time.Since(began); took > leaveTimeout+closeTimeout {
			t.Errorf("Leave during an outage took %v, want at most %v", took, leaveTimeout+closeTimeout)
		}
		if err := n.Leave(t.Context()); err != nil {
			t.Errorf("second Leave: got %v, want no error", err)
		}
		if _, err := (&host{lossyNetwork: p.lossyNetwork}).dial(t.Context(), n.Self()); err == nil {
			t.Error("the link after Leave: got open, want closed")
		}
	})
}

func TestLeaveWhileJoining(t *testing.T) {
	noGoroutinesLeft(t)
	n := startNode(t, stuck{membership.NewMemory().Node()}, nil)
	joined := make(chan error)
	go func() { joined <- n.Join(t.Context()) }()
	began := time.Now()
	if err := n.Leave(t.Context()); err != nil {
		t.Errorf("Leave: got %v, want no error", err)
	}
	if err := <-joined; err == nil || time.Since(began) > waitLimit {
		t.Errorf("Join: got %v after %v, want an error at once", err, time.Since(began))
	}
}

// stuck is a membership whose Join does not end by itself.
type stuck struct{ Membership }

func (stuck) Join(ctx context.Context, _ membership.Member, _ func(membership.Snapshot), _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}
