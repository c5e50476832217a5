package actors_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/identity"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// The words of these tests: a harness is one system in a synctest bubble, a mesh is
// several of them as the nodes of one service, and a client is the far end of a connection, which
// records what it is sent. Ada, Bob, Cleo are honest users, Eve is not.

// harness runs a system in a bubble, with real keys and a real store.
type harness struct {
	t      *testing.T
	sys    *actors.System
	keys   *identity.Keys
	store  store.Store
	log    *bytes.Buffer
	config actors.Config
	asked  int
	opened []*client
}

// inBubble runs a story against a new system in a bubble. It fails if the system leaves
// any actor or unsaved state behind.
func inBubble(t *testing.T, story func(*harness)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		keys, err := identity.New(bytes.Repeat([]byte("0123456789abcdef"), 2))
		if err != nil {
			t.Fatal(err)
		}
		h := &harness{t: t, keys: keys, store: store.NewMemory(), log: &bytes.Buffer{}}
		h.config = actors.Config{
			Keys: keys, Log: slog.New(slog.NewTextHandler(&locked{w: h.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
			Version: "test", UserExpiry: 2 * time.Hour,
			Limits: protocol.Limits{RoomsPerUser: 3, MembersPerRoom: 5},
		}
		h.start()
		story(h)
		h.stop()
		if s := h.sys.Stats(); s.Connections != 0 || s.Users != 0 || s.Rooms != 0 || s.Members != 0 || s.Unsaved != 0 {
			t.Errorf("left behind: got %+v, want nothing", s)
		}
	})
}

func (h *harness) start() {
	h.config.Store = h.store
	h.sys = actors.Start(h.config)
}

// restart stops the system and starts another one with the given store.
func (h *harness) restart(s store.Store) {
	h.store = s
	h.stop()
	h.start()
}

// stop stops the system as the transport would, connections first, and waits until
// Proto.Actor's tickers have stopped.
func (h *harness) stop() {
	for _, c := range h.opened {
		c.drop()
	}
	h.opened = nil
	if err := h.sys.Stop(context.Background()); err != nil {
		h.t.Error(err)
	}
	time.Sleep(time.Minute)
}

// locked serialises writes to a log.
type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
