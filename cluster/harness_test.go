package cluster

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"example.com/pokey/cluster/membership"
	"example.com/pokey/store/etcdtest"
)

// The words of these tests:
//
//   - a registry is an actor that passes on what it receives to the test;
//   - an outage is a membership that cannot be reached for a while;
//   - a lossyNetwork is a network between nodes that loses what one sends to
//     another, a host one node's access to it, and partitionable are members that
//     it connects. In a synctest bubble they run in virtual time;
//   - a stranger is a peer without the certificate of a node.

var quiet = slog.New(slog.DiscardHandler)

func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }))
}

// secret is the secrets that a node knows.
type secret []string

func (s secret) Prove(what []byte) (proofs [][]byte) {
	for _, key := range s {
		proof := sha256.Sum256(append([]byte(key+"/"), what...))
		proofs = append(proofs, proof[:])
	}
	return proofs
}

func (s secret) Proves(what, proof []byte) bool {
	return slices.ContainsFunc(s.Prove(what), func(p []byte) bool { return bytes.Equal(p, proof) })
}

// anything accepts the messages of tests, and of Proto.Actor's own those of
// watching.
func anything(_, message string) bool {
	switch message {
	case "actor.Watch", "actor.Unwatch", "actor.Terminated", "actor.DeadLetterResponse":
		return true
	}
	return !strings.HasPrefix(message, "actor.")
}

// waitLimit is how long to wait for what certainly comes, on a machine with other work too.
const waitLimit = time.Minute

// startNode starts a node on loopback; it leaves when the test ends.
func startNode(t *testing.T, members Membership, change func(*Config)) *Node {
	t.Helper()
	conf := Config{System: newSystem(), Listen: "127.0.0.1:0", Membership: members, Secret: secret{"x"}, Accept: anything, Wire: 1, Log: quiet}
	if change != nil {
		change(&conf)
	}
	n, err := Start(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Leave(context.Background()) })
	return n
}

func join(t *testing.T, n *Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	if err := n.Join(ctx); err != nil {
		t.Fatal(err)
	}
	if _, ok := n.View().Member(n.Self()); !ok {
		t.Fatalf("view after Join: got %v, want %s in it", n.View().Members(), n.Self())
	}
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t *testing.T, within time.Duration, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// takesSeconds marks a test that waits for real time to pass.
func takesSeconds(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
}

// noGoroutinesLeft fails a test, at its very end, if goroutines of this package or
// of its connections still run.
func noGoroutinesLeft(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for end := time.Now().Add(waitLimit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			left = ""
			for g := range strings.SplitSeq(string(stacks), "\n\n") {
				ours := strings.Contains(g, "pokey/cluster.") || strings.Contains(g, "google.golang.org/grpc") || strings.Contains(g, "protoactor-go/")
				if ours && !strings.Contains(g, "testing.tRunner") && !strings.Contains(g, "actor.NewThrottle") {
					left += g + "\n\n"
				}
			}
			if left == "" {
				return
			}
		}
		t.Errorf("goroutines left:\n%s", left)
	})
}

// registry spawns an actor under the name of the registry of rooms, and passes
// on what it gets.
func registry(t *testing.T, n *Node) (*actor.PID, <-chan any) {
	t.Helper()
	got := make(chan any, 10_000)
	pid, err := n.conf.System.Root.SpawnNamed(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *actor.Started:
		default:
			got <- m
		}
	}), "rooms")
	if err != nil {
		t.Fatal(err)
	}
	return pid, got
}

// converged reports whether all nodes have the same view of exactly each other.
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

func ids(v *membership.View) (all []string) {
	for _, m := range v.Records() {
		all = append(all, m.ID)
	}
	return all
}

// outage is a membership that cannot be reached while it is silent.
type outage struct {
	Membership
	silent atomic.Pointer[time.Time] // since when; nil while it is not
}

func (o *outage) begin() {
	now := time.Now()
	o.silent.Store(&now)
}

func (o *outage) end() { o.silent.Store(nil) }

func (o *outage) LastContact() time.Time {
	if since := o.silent.Load(); since != nil {
		return *since
	}
	return o.Membership.LastContact()
}

func (o *outage) Leave(ctx context.Context) error {
	err := o.Membership.Leave(context.Background())
	if o.silent.Load() == nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// etcdMembership is one node's part of a membership in etcd.
func etcdMembership(t *testing.T, server *etcdtest.Server) *membership.Etcd {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{server.Endpoint}, DialTimeout: 2 * time.Second,
		DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second, Logger: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return membership.NewEtcd(membership.EtcdConfig{Client: client, Log: quiet})
}
