package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/store"
)

// scriptedStore fails as it is told, and records what is committed.
type scriptedStore struct {
	store.Store
	shared  bool
	fails   []error // one for each commit to come; nil or none lets it pass
	commits []string
}

func (s *scriptedStore) Durable() bool { return true }
func (s *scriptedStore) Shared() bool  { return s.shared }

func (s *scriptedStore) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	s.commits = append(s.commits, string(r.Data))
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

func newWordHost(t *testing.T, s *scriptedStore) *wordHost {
	h := &wordHost{t: t, store: s, messages: make(chan any, 10)}
	h.node = &node{Config: Config{Store: s, Log: slog.New(slog.DiscardHandler), CommitTimeout: time.Second}}
	h.node.replies = replier{&h.node.counts.refusals, func(to *actor.PID, _ any) { h.refused = append(h.refused, to.Id) }}
	h.committer = newCommitter(h, &h.effects, h.node, "room/words", func(m any) { h.messages <- m })
	h.committer.load()
	h.next()
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
	case retryCommit:
		c.writeAgain()
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

func TestCommitterAnswersAndShowsAfterTheCommit(t *testing.T) {
	h := newWordHost(t, memory())
	h.say("one")
	h.expect("while it commits", "")
	h.next()
	h.expect("once it has", "one", "one true")
}

func TestCommitterGathersMessagesInOneCommit(t *testing.T) {
	h := newWordHost(t, memory())
	h.say("one", "two", "three")
	h.next()
	h.expect("after the first commit", "one", "one true")
	h.next()
	h.expect("after the second", "one two three", "one true", "two true", "three true")
	h.expectCommits("one", "one two three")
}

func TestCommitterDoesNotCommitWhileThrottled(t *testing.T) {
	h := newWordHost(t, memory())
	h.isPaused = true
	h.say("one", "two")
	h.expect("while throttled", "")
	h.expectCommits()
	h.isPaused = false
	h.committer.commitIfDirty()
	h.next()
	h.expect("afterwards", "one two", "one true", "two true")
	h.expectCommits("one two")
}

func TestCommitterGoesOnWithoutALocalStoreUntilItRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWordHost(t, memory())
		h.store.fails = []error{errFull, errFull}
		h.say("one")
		h.next()
		h.say("two")
		h.expect("while the store fails", "one two", "one false", "two false")
		if n := h.node.counts.unsaved.Load(); n != 1 {
			t.Errorf("unsaved: got %d, want 1", n)
		}
		start := time.Now()
		for range 2 { // it is tried again, in vain and then with success
			h.next() // retryCommit
			h.next() // committed
		}
		if got := time.Since(start); got != 2*retryInterval {
			t.Errorf("recovered after %v, want %v", got, 2*retryInterval)
		}
		h.expectOutcomes(commitUnsaved, commitUnsaved, commitRecovered)
		h.say("three")
		h.next()
		h.expect("when the store is back", "one two three", "one false", "two false", "three true")
		if n := h.node.counts.unsaved.Load(); n != 0 {
			t.Errorf("unsaved: got %d, want 0", n)
		}
	})
}

func TestCommitterIsFrozenWhileTheOutcomeInASharedStoreIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWordHost(t, memory())
		h.store.shared = true
		h.store.fails = []error{errFull}
		h.say("one", "two")
		h.next()
		h.isRepeated = true
		h.say("repeated")
		h.isRepeated = false
		h.say("three")
		h.expect("while frozen", "")
		if want := []string{"two", "three"}; !slices.Equal(h.refused, want) {
			t.Errorf("refused: got %q, want %q", h.refused, want)
		}
		h.next() // retryCommit
		h.next() // committed
		h.expect("once the outcome is known", "one", "one true")
		h.expectCommits("one", "one")
		h.expectOutcomes(commitUnknown, commitSaved)
	})
}

func TestCommitterThatIsFencedAnswersAndShowsNothing(t *testing.T) {
	h := newWordHost(t, memory())
	h.say("one")
	h.next()
	h.store.fails = []error{store.ErrConflict}
	h.say("two")
	h.next()
	h.expect("fenced", "one", "one true")
	h.expectOutcomes(commitSaved, commitFenced)
	h.committer.commitIfDirty()
	h.expectCommits("one", "one two")
}

func TestCommitterFencesWhoeverWroteASharedRecordBefore(t *testing.T) {
	s := memory()
	s.shared = true
	old := newWordHost(t, s)
	old.say("one")
	old.next()
	successor := newWordHost(t, s)
	successor.words = old.words
	successor.next()
	successor.expect("after the successor's first commit", "one")
	old.say("two")
	old.next()
	old.expectOutcomes(commitSaved, commitFenced)
}

func TestCommitterRefusesRequestsBeyondMaxWaiting(t *testing.T) {
	h := newWordHost(t, memory())
	h.say("first")
	for range maxWaiting {
		h.say("waits")
	}
	h.say("refused")
	if want := []string{"refused"}; !slices.Equal(h.refused, want) {
		t.Errorf("refused: got %q, want %q", h.refused, want)
	}
	h.next()
	h.next()
	if got, want := len(h.answers), 1+maxWaiting; got != want {
		t.Errorf("got %d answers, want %d", got, want)
	}
}

func TestCommitterWritesUnsavedStateWhenItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWordHost(t, memory())
		h.store.fails = []error{errFull}
		h.say("one")
		h.next()
		h.committer.stop()
		r, err := h.store.Load(t.Context(), "room/words")
		if err != nil || string(r.Data) != "one" {
			t.Errorf("got %q, %v; want %q", r.Data, err, "one")
		}
		if n := h.node.counts.unsaved.Load(); n != 0 {
			t.Errorf("unsaved: got %d, want 0", n)
		}
	})
}

func TestEffectsRunWhatTheyQueueThemselves(t *testing.T) {
	var e effects
	var got []string
	e.after(func(durable bool) {
		got = append(got, fmt.Sprint("first ", durable))
		e.after(func(durable bool) { got = append(got, fmt.Sprint("third ", durable)) })
	})
	e.after(func(durable bool) { got = append(got, fmt.Sprint("second ", durable)) })
	e.run(true)
	if want := []string{"first true", "second true", "third true"}; !slices.Equal(got, want) || !e.empty() {
		t.Errorf("got %q, empty %v; want %q, true", got, e.empty(), want)
	}
}
