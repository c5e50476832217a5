package membership

import (
	"context"
	"path"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/pokey/store/etcdtest"
)

// changingLeader is an etcd whose leader changes all the time: each request that writes
// is refused once, and carried out once without an answer, before it gets through.
type changingLeader struct {
	mu   sync.Mutex
	seen map[string]int // by the method's name
}

func (l *changingLeader) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	l.mu.Lock()
	n := l.seen[path.Base(method)]
	l.seen[path.Base(method)]++
	l.mu.Unlock()
	if n%3 != 0 {
		if err := invoke(ctx, method, req, reply, cc, opts...); err != nil || n%3 == 2 {
			return err
		}
	}
	return status.Error(codes.Unavailable, "etcdserver: leader changed")
}

// A node joins, drains and leaves while the leader of etcd changes.
func TestEtcdLeaderChanges(t *testing.T) {
	server := etcdtest.Start(t)
	leader := &changingLeader{seen: map[string]int{}}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{server.Endpoint}, Logger: zap.NewNop(),
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(leader.intercept)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	other, m := startEtcdMember(t, server), newEtcdMember(t, server, "", longTTL, longTTL)
	m.Etcd = NewEtcd(EtcdConfig{Client: client, TTL: longTTL, Grace: longTTL, Log: quiet})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	old := Member{ID: "former", Address: m.address, Wire: 1, Since: time.Now()}
	if _, _, err := other.records.create(ctx, old, other.leaseID()); err != nil {
		t.Fatal(err)
	}
	_ = m.port.Close() // so that Claim removes what a former process has left
	if err := m.Claim(ctx, m.address); err != nil {
		t.Errorf("claiming an address: %v", err)
	}
	m.start(t)
	eventually(t, "both see each other", func() bool { return sameView(m, other) })
	if err := m.ReportUnreachable(ctx, nil, false); err != nil {
		t.Errorf("reporting: %v", err)
	}
	if err := m.Drain(ctx); err != nil {
		t.Errorf("draining: %v", err)
	}
	if err := m.Leave(ctx); err != nil {
		t.Errorf("leaving: %v", err)
	}
	eventually(t, "the other is alone", func() bool { return sameView(other) })
}
