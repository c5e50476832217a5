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

	"example.com/pokey/cluster/membership"
)

// quiet is a log for tests that look at what happens instead.
var quiet = slog.New(slog.DiscardHandler)

func newSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }))
}

// secret is one that a node knows, or several of them.
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

// anything is what tests send each other: no message that acts upon an actor
// from outside but those of watching.
func anything(_, message string) bool {
	switch message {
	case "actor.Watch", "actor.Unwatch", "actor.Terminated", "actor.DeadLetterResponse":
		return true
	}
	return !strings.HasPrefix(message, "actor.")
}

// startNode starts a node on loopback that leaves when the test ends.
func startNode(t *testing.T, members Membership, change func(*Config)) *Node {
	t.Helper()
	conf := Config{System: newSystem(), Listen: "127.0.0.1:0", Membership: members, Secret: secret{"x"}, Accept: anything, Kinds: []string{"user", "room"}, Wire: 1, Log: quiet}
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
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.Join(ctx); err != nil {
		t.Fatal(err)
	}
	if _, ok := n.View().Member(n.Self()); !ok {
		t.Fatalf("joined, but not in the view %v", n.View().Members())
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

// waits marks a test that mostly waits for real time to pass.
func waits(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	t.Parallel()
}

// noGoroutinesLeft fails a test, at its very end, that leaves any of this
// package's or of its connections behind.
func noGoroutinesLeft(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
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

func (o *outage) Stop(ctx context.Context) error {
	err := o.Membership.Stop(context.Background())
	if o.silent.Load() == nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}
