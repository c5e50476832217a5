package cluster

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"example.com/pokey/cluster/membership"
	"example.com/pokey/store/etcdtest"
)

// labNodes are members with a lab between them.
func labNodes(t *testing.T, size int) (*lab, []*Node) {
	t.Helper()
	l, memory := newLab(), membership.NewMemory()
	var nodes []*Node
	for range size {
		n := startNode(t, memory.Node(), nil)
		l.connect(n)
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		join(t, n)
	}
	l.reachable(t, nodes)
	return l, nodes
}

// reachable waits until all have answered all.
func (l *lab) reachable(t *testing.T, nodes []*Node) {
	t.Helper()
	eventually(t, 30*time.Second, "all have answered all", func() bool {
		for _, n := range nodes {
			if n.hearing.answers() != len(nodes)-1 {
				return false
			}
		}
		return true
	})
}

// answers counts the members that have answered.
func (h *hearing) answers() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.contacts {
		if !c.since.IsZero() && !c.missed {
			n++
		}
	}
	return n
}

// isolated are the numbers of the nodes that all of them say are isolated.
func isolated(nodes []*Node) []int {
	var all []int
	for i, n := range nodes {
		for _, m := range nodes {
			if m.View().Isolated(n.Self()) != nodes[0].View().Isolated(n.Self()) {
				return []int{-1}
			}
		}
		if n.Isolated() {
			all = append(all, i)
		}
	}
	return all
}

// isolation waits for it, and returns how long it took.
func isolation(t *testing.T, nodes []*Node, want ...int) time.Duration {
	t.Helper()
	began := time.Now()
	eventually(t, 30*time.Second, fmt.Sprint("isolated are ", want), func() bool { return slices.Equal(isolated(nodes), want) })
	return time.Since(began)
}

// stays watches that nothing changes for as long.
func stays(t *testing.T, d time.Duration, nodes []*Node, want ...int) {
	t.Helper()
	for began := time.Now(); time.Since(began) < d; time.Sleep(5 * time.Millisecond) {
		if got := isolated(nodes); !slices.Equal(got, want) {
			t.Fatalf("after %v isolated are %v, not %v", time.Since(began), got, want)
		}
	}
}

func TestPartition(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
		cut  func(l *lab, a string, others []string)
		want []int
	}{
		{name: "one of three", size: 3, want: []int{0}, cut: func(l *lab, a string, others []string) {
			for _, b := range others {
				l.cut(a, b)
				l.cut(b, a)
			}
		}},
		{name: "deaf", size: 3, want: []int{0}, cut: func(l *lab, a string, others []string) {
			for _, b := range others {
				l.cut(b, a)
			}
		}},
		{name: "mute", size: 3, want: []int{0}, cut: func(l *lab, a string, others []string) {
			for _, b := range others {
				l.cut(a, b)
			}
		}},
		{name: "one of five", size: 5, want: []int{0}, cut: func(l *lab, a string, others []string) {
			for _, b := range others {
				l.cut(a, b)
				l.cut(b, a)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			waits(t)
			l, nodes := labNodes(t, c.size)
			before := nodes[0].View().Version()
			var others []string
			for _, n := range nodes[1:] {
				others = append(others, n.Self())
			}
			c.cut(l, nodes[0].Self(), others)
			gone := isolation(t, nodes, c.want...)
			if nodes[0].View().Version() <= before {
				t.Error("the version has not grown")
			}
			eventually(t, 30*time.Second, "the isolated node misses all others", func() bool { return nodes[0].Stats().Unreachable == c.size-1 })
			stays(t, 5*time.Second, nodes, c.want...)
			if owner, _ := nodes[0].View().Owner("room", "x"); owner == nodes[0].Self() {
				t.Error("it owns something")
			}
			l.heal()
			back := isolation(t, nodes)
			t.Logf("isolated after %v, back after %v", gone, back)
			if s := nodes[0].Stats(); s.Isolations != 1 || s.View.Version() <= before {
				t.Errorf("isolated %d times, the version is %d", s.Isolations, s.View.Version())
			}
			eventually(t, 30*time.Second, "nobody is missed", func() bool {
				return !slices.ContainsFunc(nodes, func(n *Node) bool { return n.Stats().Unreachable != 0 })
			})
		})
	}
}

// TestPartitionOfTwo leaves one of two, and then one of the two ways.
func TestPartitionOfTwo(t *testing.T) {
	waits(t)
	l, nodes := labNodes(t, 2)
	l.cut(nodes[1].Self(), nodes[0].Self())
	eventually(t, 30*time.Second, "one of the two is isolated", func() bool { return len(isolated(nodes)) == 1 && isolated(nodes)[0] >= 0 })
	both := func() bool { return nodes[0].Stats().Unreachable == 1 && nodes[1].Stats().Unreachable == 1 }
	eventually(t, 30*time.Second, "each misses the other", both)
	for began := time.Now(); time.Since(began) < 2*time.Second; time.Sleep(5 * time.Millisecond) {
		if nodes[0].Isolated() && nodes[1].Isolated() {
			t.Fatal("both are isolated")
		}
	}
	l.heal()
	isolation(t, nodes)
}

// TestFlapping has a link that works now and then, never for long enough.
func TestFlapping(t *testing.T) {
	waits(t)
	l, nodes := labNodes(t, 3)
	cut := func() {
		for _, n := range nodes[1:] {
			l.cut(nodes[0].Self(), n.Self())
		}
	}
	cut()
	isolation(t, nodes, 0)
	for range 4 {
		stays(t, 2500*time.Millisecond, nodes, 0)
		l.heal()
		stays(t, 700*time.Millisecond, nodes, 0)
		cut()
	}
	l.heal()
	isolation(t, nodes)
	if s := nodes[0].Stats(); s.Isolations != 1 {
		t.Errorf("isolated %d times", s.Isolations)
	}
}

// TestSlowIsNoPartition has a slow network and a machine with too much to do.
func TestSlowIsNoPartition(t *testing.T) {
	waits(t)
	for _, busy := range []bool{false, true} {
		l, memory := newLab(), membership.NewMemory()
		l.delay = 200 * time.Millisecond
		var nodes []*Node
		var working sync.WaitGroup
		var stop atomic.Bool
		if busy {
			for range runtime.GOMAXPROCS(0) {
				working.Go(func() {
					for !stop.Load() {
						continue
					}
				})
			}
		}
		for range 3 {
			n := startNode(t, memory.Node(), nil)
			l.connect(n)
			join(t, n)
			nodes = append(nodes, n)
		}
		stays(t, 12*time.Second, nodes)
		stop.Store(true)
		working.Wait()
		for _, n := range nodes {
			if s := n.Stats(); s.Unreachable != 0 || s.Isolations != 0 || n.hearing.answers() != 2 {
				t.Errorf("busy %t: unreachable %d, isolated %d times, %d answer", busy, s.Unreachable, s.Isolations, n.hearing.answers())
			}
		}
	}
}

// TestEtcdPartition has the arbiter go away and come back as well.
func TestEtcdPartition(t *testing.T) {
	waits(t)
	server, l := etcdtest.Start(t), newLab()
	var nodes []*Node
	for range 3 {
		client, err := clientv3.New(clientv3.Config{Endpoints: []string{server.Endpoint}, DialTimeout: 2 * time.Second, DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second, Logger: zap.NewNop()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		n := startNode(t, membership.NewEtcd(membership.EtcdConfig{Client: client, Log: quiet}), nil)
		l.connect(n)
		join(t, n)
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if silence := n.silence(time.Now()); silence > unsaid {
			t.Errorf("a node that has just joined has not heard etcd for %v", silence)
		}
	}
	l.reachable(t, nodes)
	server.Pause()
	stays(t, time.Second, nodes)
	for _, n := range nodes[1:] {
		l.cut(nodes[0].Self(), n.Self())
	}
	// Nobody can say it; but who hears nobody knows.
	eventually(t, 10*time.Second, "the node knows that it is cut off", nodes[0].cutOff.Load)
	stays(t, time.Second, nodes[1:])
	server.Resume()
	isolation(t, nodes, 0)
	eventually(t, 10*time.Second, "one view", func() bool { return converged(nodes...) })
	l.heal()
	isolation(t, nodes)
	eventually(t, 10*time.Second, "one view again", func() bool { return converged(nodes...) })
}
