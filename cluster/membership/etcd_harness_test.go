package membership

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"example.com/pokey/store/etcdtest"
)

var quiet = slog.New(slog.DiscardHandler)

// Times so long that a member renews its lease in time on any machine, for tests in which
// no lease expires; and so short that others can wait for the end.
const (
	longTTL    = time.Minute
	shortTTL   = 3 * time.Second
	shortGrace = 5 * time.Second
)

// patience is how long to wait for what certainly comes.
const patience = time.Minute

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

// etcdMember is one node of a membership in etcd: with an open port, so that it
// counts as alive, and with the newest view.
type etcdMember struct {
	*Etcd
	address string
	port    net.Listener
	current atomic.Pointer[View]
	losses  atomic.Int32
}

// newEtcdMember opens the port at address, or at a free one if it is empty.
func newEtcdMember(t *testing.T, s *etcdtest.Server, address string, ttl, grace time.Duration) *etcdMember {
	t.Helper()
	if address == "" {
		address = "127.0.0.1:0"
	}
	port, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	return &etcdMember{
		Etcd:    NewEtcd(EtcdConfig{Client: dialEtcd(t, s), TTL: ttl, Grace: grace, Log: quiet}),
		address: port.Addr().String(), port: port,
	}
}

// startEtcdMember also makes it a member until the test ends.
func startEtcdMember(t *testing.T, s *etcdtest.Server) *etcdMember {
	t.Helper()
	m := newEtcdMember(t, s, "", longTTL, longTTL)
	m.start(t)
	return m
}

func startEtcdMembers(t *testing.T, s *etcdtest.Server, n int) []*etcdMember {
	t.Helper()
	return startWithTTL(t, s, n, longTTL, longTTL)
}

func startWithTTL(t *testing.T, s *etcdtest.Server, n int, ttl, grace time.Duration) []*etcdMember {
	t.Helper()
	var members []*etcdMember
	for range n {
		m := newEtcdMember(t, s, "", ttl, grace)
		m.start(t)
		members = append(members, m)
	}
	eventually(t, "all members have the same view", func() bool { return sameView(members...) })
	return members
}

func (m *etcdMember) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	self := Member{ID: m.address, Address: m.address, Wire: 1, Since: time.Now()}
	view := func(s Snapshot) { m.current.Store(NewView(s, nil)) }
	if err := m.Join(ctx, self, view, func() { m.losses.Add(1) }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = m.Leave(ctx) // its etcd may be down
	})
}

// crash ends a member as the end of its process does: its port is closed, and it
// tells nobody.
func (m *etcdMember) crash() {
	m.cancel()
	m.running.Wait()
	m.state.created = 0 // so that Leave finds nothing to do
	_ = m.port.Close()
}

// ids are those of the members that m sees.
func (m *etcdMember) ids() (all []string) {
	for _, r := range m.current.Load().Records() {
		all = append(all, r.ID)
	}
	return all
}

func (m *etcdMember) leaseID() clientv3.LeaseID {
	m.state.mu.Lock()
	defer m.state.mu.Unlock()
	return m.state.lease
}

// sameView reports whether all members see exactly each other, at one version.
func sameView(members ...*etcdMember) bool {
	var want []string
	for _, m := range members {
		want = append(want, m.address)
	}
	slices.Sort(want)
	for _, m := range members {
		v := m.current.Load()
		if !slices.Equal(v.Members(), want) || v.Version() != members[0].current.Load().Version() {
			return false
		}
	}
	return true
}

// eventually waits for a condition that etcd and other goroutines bring about.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
