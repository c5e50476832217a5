package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/store"
)

// scriptedStore fails as it is told, and records what is committed.
type scriptedStore struct {
	store.Store
	shared  bool
	takes   time.Duration // for each commit
	fails   []error       // one for each commit to come; nil or none lets it pass
	commits []string
}

func (s *scriptedStore) Durable() bool { return true }
func (s *scriptedStore) Shared() bool  { return s.shared }

func (s *scriptedStore) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	s.commits = append(s.commits, string(r.Data))
	time.Sleep(s.takes)
	if len(s.fails) > 0 {
		err := s.fails[0]
		s.fails = s.fails[1:]
		if err != nil {
			return 0, err
		}
	}
	return s.Store.Commit(ctx, r, parts...)
}

// wordHost is a commitHost without an actor. Its state is the words that it was sent.
type wordHost struct {
	t         *testing.T
	node      *node
	store     *scriptedStore
	committer committer
	effects   effects
	messages  chan any // what the committer has sent to its host

	words      []string
	shown      string   // the words at the last publish
	answers    []string // of effects: the word, and whether it is durable
	refused    []string // what was sent to callers
	outcomes   []outcome
	isPaused   bool
	isRepeated bool
}

// wordRequest asks for a word to be added.
type wordRequest struct {
	caller
	word string
}

// newWordHost returns a host that has loaded its record.
func newWordHost(t *testing.T, s *scriptedStore) *wordHost {
	h := startWordHost(t, s)
	h.next()
	return h
}

// startWordHost returns a host that is loading its record.
func startWordHost(t *testing.T, s *scriptedStore) *wordHost {
	h := &wordHost{t: t, store: s, messages: make(chan any, 10)}
	h.node = &node{Config: Config{Store: s, Log: slog.New(slog.DiscardHandler), CommitTimeout: time.Second}}
	if s.shared {
		h.node.turns = newTurns()
	}
	h.node.replies = replier{&h.node.counts.refusals, func(to *actor.PID, _ any) { h.refused = append(h.refused, to.Id) }}
	h.committer = newCommitter(h, &h.effects, h.node, "room/words", func(m any) { h.messages <- m })
	h.committer.load()
	return h
}

func (h *wordHost) handle(_ actor.Context, message any) {
	word := message.(wordRequest).word
	h.words = append(h.words, word)
	h.committer.markDirty()
	h.effects.after(func(durable bool) { h.answers = append(h.answers, fmt.Sprint(word, " ", durable)) })
}

func (h *wordHost) encode() image         { return image{data: []byte(h.state())} }
func (h *wordHost) publish()              { h.shown = h.state() }
func (h *wordHost) throttled() bool       { return h.isPaused }
func (h *wordHost) repeated(request) bool { return h.isRepeated }
func (h *wordHost) state() string         { return strings.Join(h.words, " ") }

// say sends the host requests to add words. The caller of each has the word as its name.
func (h *wordHost) say(words ...string) {
	for _, word := range words {
		h.receive(wordRequest{caller{conn: actor.NewPID("", word)}, word})
	}
}

// next waits for a message of the committer and handles it, as an actor would.
func (h *wordHost) next() { h.receive(<-h.messages) }

func (h *wordHost) receive(message any) {
	c := &h.committer
	switch m := message.(type) {
	case loaded:
		c.loaded(m)
		c.fence()
	case committed:
		h.outcomes = append(h.outcomes, c.done(m))
		c.commitIfDirty()
	case overdue:
		c.overdue(m)
	case retryCommit:
		c.askAgain()
	default:
		c.receive(nil, m)
	}
	c.catchUp(nil)
}

// expect compares what clients have been told and shown so far.
func (h *wordHost) expect(when, shown string, answers ...string) {
	h.t.Helper()
	if h.shown != shown || !slices.Equal(h.answers, answers) {
		h.t.Errorf("%s: got %q shown and the answers %q, want %q and %q", when, h.shown, h.answers, shown, answers)
	}
}

// expectCommits compares what has been written so far.
func (h *wordHost) expectCommits(commits ...string) {
	h.t.Helper()
	if !slices.Equal(h.store.commits, commits) {
		h.t.Errorf("got the commits %q, want %q", h.store.commits, commits)
	}
}

func (h *wordHost) expectOutcomes(outcomes ...outcome) {
	h.t.Helper()
	if !slices.Equal(h.outcomes, outcomes) {
		h.t.Errorf("got the outcomes %v, want %v", h.outcomes, outcomes)
	}
}

func memory() *scriptedStore { return &scriptedStore{Store: store.NewMemory()} }

var errFull = errors.New("no space left on device")
