package cluster

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	protocluster "github.com/asynkron/protoactor-go/cluster"

	"example.com/pokey/cluster/membership"
)

func TestNodesInOneProcess(t *testing.T) {
	noGoroutinesLeft(t)
	memory := membership.NewMemory()
	a, b := startNode(t, memory.Node(), nil), startNode(t, memory.Node(), func(c *Config) { c.Wire = 2 })
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
	memory := membership.NewMemory()
	a, b := startNode(t, memory.Node(), nil), startNode(t, memory.Node(), nil)
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

// TestLinkLost breaks the link to a member, which stays one.
func TestLinkLost(t *testing.T) {
	noGoroutinesLeft(t)
	memory := membership.NewMemory()
	a, b := startNode(t, memory.Node(), nil), startNode(t, memory.Node(), nil)
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

func TestLeaveWithoutMembership(t *testing.T) {
	noGoroutinesLeft(t)
	m := &outage{Membership: membership.NewMemory().Node()}
	n := startNode(t, m, nil)
	join(t, n)
	m.begin()
	began := time.Now()
	if err := n.Leave(t.Context()); err == nil {
		t.Error("Leave during an outage: got no error")
	}
	if took := time.Since(began); took > leaveTimeout+farewell+time.Second {
		t.Errorf("Leave during an outage took %v, want at most %v", took, leaveTimeout+farewell)
	}
	if err := n.Leave(t.Context()); err != nil {
		t.Errorf("second Leave: got %v, want no error", err)
	}
	if _, err := net.DialTimeout("tcp", n.Self(), time.Second); err == nil {
		t.Error("the link is still open after Leave")
	}
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
	if err := <-joined; err == nil || time.Since(began) > time.Second {
		t.Errorf("Join: got %v after %v, want an error at once", err, time.Since(began))
	}
}

// stuck is a membership that never answers.
type stuck struct{ Membership }

func (stuck) Start(ctx context.Context, _ membership.Member, _ func(membership.Snapshot), _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}
