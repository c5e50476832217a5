package etcdmember

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// A node that was told of fewer members than there are by now asks again, and does not
// end.
func TestMembersChangeMeanwhile(t *testing.T) {
	first, self, certs := startWith(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	second, third := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	ask := Client{TLS: credentials(t, certs, "127.0.0.1"), Secret: secret("ours")}
	for _, node := range []string{second, third} {
		if err := ask.Add(t.Context(), self, node); err != nil {
			t.Fatal(err)
		}
	}
	m := &Member{conf: Config{Dir: t.TempDir(), Self: second, TLS: ask.TLS, Secret: ask.Secret, Log: slog.New(slog.DiscardHandler)}}
	m.generation.Store(new(string))
	err := m.begin(plan{act: join, initial: []string{self, second}})
	if !errors.Is(err, errMembersChanged) {
		t.Errorf("two of three members: got %v, want %v", err, errMembersChanged)
	}
	if _, err := os.Stat(m.conf.walDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log after that: got %v, want none, so that the node asks again", err)
	}
	if first.Stats().NoSpace {
		t.Error("the first member is full")
	}
}

// Nodes that join at the same time all get in.
func TestNodesJoinAtTheSameTime(t *testing.T) {
	t.Parallel()
	_, self, certs := startWith(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	mine := credentials(t, certs, "127.0.0.1")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var joining sync.WaitGroup
	for range 2 {
		node := etcdtest.FreeAddress(t)
		port, err := cluster.OpenPort(node, mine, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = port.Close() })
		dir := t.TempDir()
		joining.Go(func() {
			if err := (Client{TLS: mine, Secret: secret("ours")}).Add(ctx, self, node); err != nil {
				t.Errorf("add %s: %v", node, err)
				return
			}
			m, err := Start(ctx, Config{
				Dir: dir, Self: node, First: []string{self, node}, Port: port, TLS: mine, Secret: secret("ours"), Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Errorf("start %s: %v", node, err)
				return
			}
			t.Cleanup(m.Stop)
		})
	}
	joining.Wait()
}
