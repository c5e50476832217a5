package cluster

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/cluster/membership"
	"example.com/pokey/store/etcdtest"
)

// partitionable are members with a network between them that can lose messages.
type partitionable struct {
	*lossyNetwork
	nodes   []*Node
	outages []*outage // of the membership of each
}

// startPartitionable starts nodes and waits until all have answered each other's
// probes. It does not wait for real time if it is called in a synctest bubble.
func startPartitionable(t *testing.T, size int, delay time.Duration) *partitionable {
	t.Helper()
	p, memory := &partitionable{lossyNetwork: newLossyNetwork()}, membership.NewMemory()
	p.delay = delay
	for i := range size {
		m := &outage{Membership: memory.Node()}
		n := startNode(t, m, func(c *Config) {
			c.Listen, c.network = fmt.Sprintf("127.0.0.1:%d", i+1), &host{lossyNetwork: p.lossyNetwork}
		})
		p.nodes, p.outages = append(p.nodes, n), append(p.outages, m)
	}
	for _, n := range p.nodes {
		join(t, n)
	}
	p.awaitAnswers(t)
	return p
}

// awaitAnswers waits until all nodes have answered each other.
func (p *partitionable) awaitAnswers(t *testing.T) {
	t.Helper()
	eventually(t, p.limit(), "all nodes have answered each other", func() bool {
		return !slices.ContainsFunc(p.nodes, func(n *Node) bool { return n.heartbeat.detector.answering() != len(p.nodes)-1 })
	})
}

// limit is how long to wait for what comes within seconds, if the machine has time for it.
func (p *partitionable) limit() time.Duration {
	if p.real {
		return 3 * waitLimit
	}
	return 30 * time.Second
}

// answering counts the reachable members that have answered.
func (d *failureDetector) answering() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.peers {
		if !p.steadySince.IsZero() && !p.unreachable {
			n++
		}
	}
	return n
}

// isolated returns the indices of the isolated nodes, or -1 while their views differ.
func (p *partitionable) isolated() []int {
	var all []int
	for i, n := range p.nodes {
		for _, other := range p.nodes {
			if other.View().Isolated(n.Self()) != p.nodes[0].View().Isolated(n.Self()) {
				return []int{-1}
			}
		}
		if n.Isolated() {
			all = append(all, i)
		}
	}
	return all
}

// awaitIsolated waits until exactly these nodes are isolated.
func (p *partitionable) awaitIsolated(t *testing.T, want ...int) {
	t.Helper()
	eventually(t, p.limit(), fmt.Sprint("isolated nodes are ", want), func() bool { return slices.Equal(p.isolated(), want) })
}

// remains fails the test unless exactly these nodes are isolated all the time.
func (p *partitionable) remains(t *testing.T, d time.Duration, want ...int) {
	t.Helper()
	for began := time.Now(); time.Since(began) < d; time.Sleep(5 * time.Millisecond) {
		if got := p.isolated(); !slices.Equal(got, want) {
			t.Fatalf("isolated after %v: got %v, want %v", time.Since(began), got, want)
		}
	}
}

func (p *partitionable) unreachable() (counts []int) {
	for _, n := range p.nodes {
		counts = append(counts, n.Stats().Unreachable)
	}
	return counts
}

func TestPartition(t *testing.T) {
	both := func(p *partitionable, a, b string) { p.cut(a, b) }
	hearsNothing := func(p *partitionable, a, b string) { p.lose(b, a) }
	isNotHeard := func(p *partitionable, a, b string) { p.lose(a, b) }
	for _, c := range []struct {
		name string
		size int
		cut  func(p *partitionable, a, b string)
	}{
		{name: "one of three is cut off", size: 3, cut: both},
		{name: "one of three receives nothing", size: 3, cut: hearsNothing},
		{name: "nothing of one of three arrives", size: 3, cut: isNotHeard},
		{name: "one of five is cut off", size: 5, cut: both},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := startPartitionable(t, c.size, 0)
				first, before := p.nodes[0], p.nodes[0].View().Version()
				for _, other := range p.nodes[1:] {
					c.cut(p, first.Self(), other.Self())
				}
				p.awaitIsolated(t, 0)
				if got := first.View().Version(); got <= before {
					t.Errorf("version after the partition: got %d, want more than %d", got, before)
				}
				eventually(t, 30*time.Second, "all others are unreachable from the isolated node", func() bool { return p.unreachable()[0] == c.size-1 })
				p.remains(t, 5*time.Second, 0)
				if got, _ := first.View().Owner("room", "x"); got == first.Self() {
					t.Errorf("owner of a room: got the isolated node %s, want another", got)
				}
				p.heal()
				p.awaitIsolated(t)
				if got := first.Stats().Isolations; got != 1 {
					t.Errorf("isolations: got %d, want 1", got)
				}
				eventually(t, 30*time.Second, "all nodes are reachable", func() bool { return slices.Max(p.unreachable()) == 0 })
			})
		})
	}
}

func TestPartitionOfTwoIsolatesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 2, 0)
		p.lose(p.nodes[1].Self(), p.nodes[0].Self())
		eventually(t, 30*time.Second, "one of the two is isolated", func() bool { return len(p.isolated()) == 1 && p.isolated()[0] >= 0 })
		eventually(t, 30*time.Second, "each finds the other unreachable", func() bool { return slices.Equal(p.unreachable(), []int{1, 1}) })
		p.remains(t, 2*time.Second, p.isolated()...)
		p.heal()
		p.awaitIsolated(t)
	})
}

// A link that works now and then, never for long, does not bring a node back.
func TestFlappingLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 3, 0)
		cut := func() {
			for _, other := range p.nodes[1:] {
				p.lose(p.nodes[0].Self(), other.Self())
			}
		}
		cut()
		p.awaitIsolated(t, 0)
		for range 4 {
			p.remains(t, 2500*time.Millisecond, 0)
			p.heal()
			p.remains(t, 700*time.Millisecond, 0)
			cut()
		}
		p.heal()
		p.awaitIsolated(t)
		if got := p.nodes[0].Stats().Isolations; got != 1 {
			t.Errorf("isolations: got %d, want 1", got)
		}
	})
}

func TestSlowNetworkIsNoPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 3, 200*time.Millisecond)
		p.remains(t, 30*time.Second)
		p.checkNeverPartitioned(t)
	})
}

// This runs in real time, because a busy machine cannot be simulated. One that lets this
// process wait for seconds is more than busy: then it is tried again.
func TestBusyMachineIsNoPartition(t *testing.T) {
	takesSeconds(t)
	for tries := 1; ; tries++ {
		p := startPartitionable(t, 3, 0)
		var working sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			working.Go(func() {
				for end := time.Now().Add(unreachableAfter + probeInterval); time.Now().Before(end); {
					continue
				}
			})
		}
		var longest time.Duration // in which this goroutine had no turn
		last := time.Now()
		for began := last; time.Since(began) < unreachableAfter+probeInterval; {
			time.Sleep(5 * time.Millisecond)
			longest, last = max(longest, time.Since(last)), time.Now()
		}
		working.Wait()
		whole := !slices.ContainsFunc(p.nodes, func(n *Node) bool { s := n.Stats(); return s.Unreachable+int(s.Isolations) > 0 })
		if whole || longest < unreachableAfter/6 || tries == 5 {
			p.checkNeverPartitioned(t)
			return
		}
		t.Logf("it stood still for %v: once more", longest)
	}
}

func (p *partitionable) checkNeverPartitioned(t *testing.T) {
	t.Helper()
	for i, n := range p.nodes {
		s := n.Stats()
		if got := n.heartbeat.detector.answering(); s.Unreachable != 0 || s.Isolations != 0 || got != len(p.nodes)-1 {
			t.Errorf("node %d: got %d unreachable, %d isolations, %d answering; want 0, 0, %d", i, s.Unreachable, s.Isolations, got, len(p.nodes)-1)
		}
	}
}

// This runs in real time, because etcd does.
func TestPartitionWhileEtcdIsDown(t *testing.T) {
	takesSeconds(t)
	server, p := etcdtest.Start(t), &partitionable{lossyNetwork: newLossyNetwork()}
	p.real = true
	for range 3 {
		n := startNode(t, etcdMembership(t, server), func(c *Config) { c.network = &host{lossyNetwork: p.lossyNetwork} })
		join(t, n)
		p.nodes = append(p.nodes, n)
		if n.heartbeat.contact.lost(time.Now()) {
			t.Error("a node that has just joined: got no contact to etcd")
		}
	}
	p.awaitAnswers(t)
	server.Pause()
	for _, n := range p.nodes[1:] {
		p.cut(p.nodes[0].Self(), n.Self())
	}
	// It cannot be reported to etcd, but the node that is alone knows.
	eventually(t, p.limit(), "the node that is alone is cut off", p.nodes[0].heartbeat.cutOff.Load)
	if p.nodes[1].Isolated() || p.nodes[2].Isolated() {
		t.Error("the nodes that reach each other: got isolated, want not")
	}
	server.Resume()
	p.awaitIsolated(t, 0)
	eventually(t, p.limit(), "all nodes have the same view", func() bool { return converged(p.nodes...) })
	p.heal()
	p.awaitIsolated(t)
	eventually(t, p.limit(), "all nodes have the same view again", func() bool { return converged(p.nodes...) })
}
