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

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"example.com/pokey/store/etcdtest"
)

func dialEtcd(t *testing.T, s *etcdtest.Server) *clientv3.Client {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{
		Endpoints: []string{s.Endpoint}, DialTimeout: 2 * time.Second,
		DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second, Logger: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func etcdNode(t *testing.T, s *etcdtest.Server, change func(*Config)) (*Node, *Etcd) {
	t.Helper()
	source := NewEtcdSource(EtcdSourceConfig{Client: dialEtcd(t, s), Log: quiet})
	n := startNode(t, source, change)
	return n, source
}

// converged reports whether all nodes have the same view of all of them.
func converged(nodes ...*Node) bool {
	var want []string
	for _, n := range nodes {
		want = append(want, n.Self())
	}
	slices.Sort(want)
	for _, n := range nodes {
		v := n.View()
		if !slices.Equal(v.Members(), want) || v.Version() != nodes[0].View().Version() {
			return false
		}
	}
	return true
}

// crash ends a node as a crash does: its port is closed and nobody is told.
func crash(n *Node, source *Etcd) {
	source.cancel()
	source.running.Wait()
	source.created = 0 // so that leaving finds nothing to do
	n.link.close()
}

func ids(v *View) (all []string) {
	for _, m := range v.Records() {
		all = append(all, m.ID)
	}
	return all
}

func TestEtcdThreeNodes(t *testing.T) {
	noGoroutinesLeft(t)
	server := etcdtest.Start(t)
	var nodes []*Node
	var sources []*Etcd
	for range 3 {
		n, s := etcdNode(t, server, nil)
		nodes, sources = append(nodes, n), append(sources, s)
		join(t, n)
	}
	eventually(t, 2*time.Second, "three members at one version", func() bool { return converged(nodes...) })
	for range 200 {
		a, _ := nodes[0].View().Owner("room", "x")
		b, _ := nodes[1].View().Owner("room", "x")
		if a != b {
			t.Fatal("two owners at one version")
		}
	}

	t.Run("drain", func(t *testing.T) {
		if err := nodes[2].Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Second, "nothing is owned by who drains", func() bool {
			for _, n := range nodes {
				for i := range 100 {
					if owner, _ := n.View().Owner("room", string(rune('a'+i))); owner == nodes[2].Self() {
						return false
					}
				}
			}
			return converged(nodes...)
		})
	})

	t.Run("death", func(t *testing.T) {
		began := time.Now()
		go crash(nodes[1], sources[1])
		eventually(t, time.Second, "the dead node is removed", func() bool { return converged(nodes[0], nodes[2]) })
		t.Logf("removed %v after its death", time.Since(began))
	})

	t.Run("leave", func(t *testing.T) {
		began := time.Now()
		if err := nodes[2].Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Second, "who leaves is removed", func() bool { return converged(nodes[0]) })
		t.Logf("left within %v", time.Since(began))
	})
}

func TestEtcdMembershipLost(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	a, _ := etcdNode(t, server, nil)
	b, source := etcdNode(t, server, nil)
	join(t, a)
	join(t, b)
	eventually(t, 2*time.Second, "two members", func() bool { return converged(a, b) })
	var lost atomic.Int32
	b.Lost(func() { lost.Add(1) })

	// A lease that ends is no loss: the sign of life is given again in time.
	before := ids(a.View())
	source.mu.Lock()
	lease := source.lease
	source.mu.Unlock()
	if _, err := source.conf.Client.Revoke(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Second, "another lease", func() bool {
		source.mu.Lock()
		defer source.mu.Unlock()
		return source.lease != lease
	})
	if !slices.Equal(ids(a.View()), before) || lost.Load() != 0 {
		t.Errorf("a lease that ended changed the membership from %v to %v, lost %d times", before, ids(a.View()), lost.Load())
	}

	// A record that is gone is one.
	if _, err := source.conf.Client.Delete(t.Context(), source.recordKey(b.Self())); err != nil {
		t.Fatal(err)
	}
	eventually(t, 2*time.Second, "lost, and a member again", func() bool {
		return lost.Load() == 1 && converged(a, b) && !slices.Equal(ids(a.View()), before)
	})
	for _, m := range a.View().Records() {
		if m.Address == b.Self() && !strings.HasSuffix(m.ID, "#2") {
			t.Errorf("a member again as %s", m.ID)
		}
	}
	if s := b.Stats(); s.Lost != 1 {
		t.Errorf("%d losses are counted", s.Lost)
	}
}

func TestEtcdFrozenNodeIsGivenUp(t *testing.T) {
	waits(t)
	server := etcdtest.Start(t)
	a, _ := etcdNode(t, server, nil)
	b, source := etcdNode(t, server, nil)
	join(t, a)
	join(t, b)
	eventually(t, 2*time.Second, "two members", func() bool { return converged(a, b) })
	var lost atomic.Int32
	b.Lost(func() { lost.Add(1) })
	// What cannot give a sign of life any more:
	source.mu.Lock()
	lease := source.lease
	began := time.Now()
	go func() {
		time.Sleep(9 * time.Second)
		source.mu.Unlock()
	}()
	eventually(t, 9*time.Second, "the frozen node is given up", func() bool { return converged(a) })
	t.Logf("given up after %v", time.Since(began))
	eventually(t, 5*time.Second, "it is a member again", func() bool { return converged(a, b) })
	if lost.Load() != 1 {
		t.Errorf("lost %d times", lost.Load())
	}
	// Others may see the record before the one who wrote it notes the lease.
	eventually(t, 5*time.Second, "it has another lease", func() bool {
		source.mu.Lock()
		defer source.mu.Unlock()
		return source.lease != lease
	})
}

func TestEtcdPause(t *testing.T) {
	waits(t)
	server := etcdtest.Start(t)
	a, _ := etcdNode(t, server, nil)
	b, _ := etcdNode(t, server, nil)
	join(t, a)
	join(t, b)
	eventually(t, 2*time.Second, "two members", func() bool { return converged(a, b) })
	before, version := ids(a.View()), a.View().Version()
	lost := func() { t.Error("a membership was lost") }
	a.Lost(lost)
	b.Lost(lost)
	server.Pause()
	time.Sleep(8 * time.Second)
	server.Resume()
	time.Sleep(4 * time.Second) // longer than the grace
	if !slices.Equal(ids(a.View()), before) || !slices.Equal(ids(b.View()), before) {
		t.Errorf("a pause of etcd changed the members from %v to %v and %v", before, ids(a.View()), ids(b.View()))
	}
	t.Logf("version %d before, %d and %d after", version, a.View().Version(), b.View().Version())
}

func TestEtcdRestart(t *testing.T) {
	waits(t)
	server := etcdtest.Start(t)
	a, _ := etcdNode(t, server, nil)
	b, _ := etcdNode(t, server, nil)
	join(t, a)
	join(t, b)
	eventually(t, 2*time.Second, "two members", func() bool { return converged(a, b) })
	before := ids(a.View())
	server.Kill()
	time.Sleep(time.Second)
	if !slices.Equal(ids(a.View()), before) {
		t.Error("the last view did not stay")
	}
	server.Restart()
	if err := b.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "both see a change after the restart", func() bool {
		for _, n := range []*Node{a, b} {
			if m, _ := n.View().find(b.Self()); !m.Draining {
				return false
			}
		}
		return converged(a, b)
	})
	if !slices.Equal(ids(a.View()), before) {
		t.Errorf("a restart of etcd changed the members from %v to %v", before, ids(a.View()))
	}
}

func TestEtcdCompaction(t *testing.T) {
	server := etcdtest.Start(t)
	a, source := etcdNode(t, server, nil)
	b, _ := etcdNode(t, server, nil)
	join(t, a)
	join(t, b)
	eventually(t, 2*time.Second, "two members", func() bool { return converged(a, b) })
	client := source.conf.Client
	// The watch is made to begin before what has been compacted.
	source.cancel()
	source.running.Wait()
	var last int64
	for range 10 {
		r, err := client.Put(t.Context(), "/elsewhere", "x")
		if err != nil {
			t.Fatal(err)
		}
		last = r.Header.Revision
	}
	if err := b.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Compact(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	source.ctx, source.cancel = context.WithCancel(context.Background())
	source.mu.Lock()
	source.known.applied = 1
	source.mu.Unlock()
	source.running.Go(source.follow)
	source.running.Go(source.stay)
	source.running.Go(source.reap)
	eventually(t, 3*time.Second, "what was missed is read", func() bool {
		m, _ := a.View().find(b.Self())
		return m.Draining && converged(a, b)
	})
}

func TestEtcdOneAddress(t *testing.T) {
	server := etcdtest.Start(t)
	address := etcdtest.FreeAddress(t)
	fixed := func(c *Config) { c.Listen = address }
	a, source := etcdNode(t, server, fixed)
	join(t, a)

	second := NewEtcdSource(EtcdSourceConfig{Client: dialEtcd(t, server), Log: quiet})
	_, err := Start(Config{System: newSystem(), Listen: "127.0.0.1:0", Advertise: address, Source: second, Secret: secret{"x"}, Accept: anything, Log: quiet})
	if !errors.Is(err, ErrAddressTaken) {
		t.Fatalf("a second node with the address: %v", err)
	}

	crash(a, source)
	began := time.Now()
	b, _ := etcdNode(t, server, fixed)
	join(t, b)
	if took := time.Since(began); took > time.Second {
		t.Errorf("a node that crashed was replaced after %v", took)
	}
	if !converged(b) {
		t.Errorf("the members are %v", b.View().Members())
	}
}

func TestEtcdDown(t *testing.T) {
	noGoroutinesLeft(t)
	server := etcdtest.Start(t)
	a, _ := etcdNode(t, server, nil)
	join(t, a)
	never, _ := etcdNode(t, server, nil)
	server.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := never.Join(ctx); err == nil {
		t.Error("joined without etcd")
	}
	joining := make(chan error)
	go func() { joining <- never.Join(t.Context()) }()
	time.Sleep(50 * time.Millisecond)
	soon := time.Now()
	if err := never.Leave(t.Context()); err != nil {
		t.Errorf("leaving without having joined: %v", err)
	}
	if err := <-joining; err == nil || time.Since(soon) > time.Second {
		t.Errorf("joining ends with %v, %v after leaving", err, time.Since(soon))
	}
	began := time.Now()
	if err := a.Leave(t.Context()); err == nil {
		t.Error("left without etcd, and says nothing")
	}
	if took := time.Since(began); took > leaveTimeout+farewell+time.Second {
		t.Errorf("leaving took %v", took)
	}
	if err := a.Leave(t.Context()); err != nil {
		t.Errorf("leaving again: %v", err)
	}
	if _, err := net.DialTimeout("tcp", a.Self(), time.Second); err == nil {
		t.Error("the link is still open")
	}
}

// TestEtcdOtherReleases has keys and fields that this release does not know.
func TestEtcdOtherReleases(t *testing.T) {
	server := etcdtest.Start(t)
	a, source := etcdNode(t, server, nil)
	join(t, a)
	client := source.conf.Client
	put := func(key, value string) {
		t.Helper()
		if _, err := client.Put(t.Context(), source.conf.Prefix+key, value); err != nil {
			t.Fatal(err)
		}
	}
	version := a.View().Version()
	put(a.Self()+"/later", "x")
	put("b:1/later", "x")
	put("c:1", `{"id":"c","address":"c:1","wire":1,"later":{"x":[1]}}`)
	eventually(t, 2*time.Second, "a record of a later release is read", func() bool { return len(a.View().Members()) == 2 })
	if v := a.View().Version(); v != version+3 {
		t.Errorf("the version is %d, not %d", v, version+3)
	}
	put("b:1/later", "y")
	if _, err := client.Delete(t.Context(), source.conf.Prefix+a.Self()+"/later"); err != nil {
		t.Fatal(err)
	}
	b, _ := etcdNode(t, server, nil)
	join(t, b)
	eventually(t, 2*time.Second, "both have the same view", func() bool {
		return slices.Equal(ids(a.View()), ids(b.View())) && len(ids(b.View())) == 3 && a.View().Version() == b.View().Version()
	})
	// What this release writes, one that knows none of it reads.
	got, err := client.Get(t.Context(), source.recordKey(a.Self()))
	if err != nil {
		t.Fatal(err)
	}
	if record := string(got.Kvs[0].Value); strings.Contains(record, "isses") || strings.Contains(record, "solated") {
		t.Errorf("the record of a member that misses nobody is %s", record)
	}
}
