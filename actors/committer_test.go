package actors

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

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

func TestCommitterIsNotFencedByAConflictOfARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWordHost(t, memory())
		h.store.fails = []error{errFull, store.ErrConflict}
		h.say("one")
		for range 2 {
			h.next() // committed
			h.next() // retryCommit
		}
		h.next()
		h.expectOutcomes(commitUnsaved, commitUnsaved, commitRecovered)
	})
}

// Who is refused something because the shared store is full is told so; not who is
// refused because it does not answer.
func TestCommitterSaysThatTheStoreIsFull(t *testing.T) {
	for code, fault := range map[protocol.Code]error{protocol.StorageFull: fmt.Errorf("%w: etcd: quota", store.ErrFull), protocol.Unavailable: errFull} {
		synctest.Test(t, func(t *testing.T) {
			h := newWordHost(t, memory())
			h.store.shared, h.store.fails = true, []error{fault}
			h.say("one", "two")
			h.next()
			h.say("three")
			if got := h.node.counts.refusals.snapshot(); len(got) != 1 || got[string(code)] != 2 {
				t.Errorf("%v: got refusals %v, want two of %s", fault, got, code)
			}
			h.next() // retryCommit
			h.next() // committed
			h.expect("once there is space", "one", "one true")
		})
	}
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
	if !h.effects.empty() {
		t.Error("effects: got some, want none")
	}
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

func TestCommitterFencesTogetherWithTheRequestsThatWaitForTheRecord(t *testing.T) {
	s := memory()
	s.shared = true
	old := newWordHost(t, s)
	old.say("one")
	old.next()
	successor := startWordHost(t, s)
	successor.say("two", "three")
	successor.next() // loaded
	successor.next() // committed
	successor.expect("after the successor's first commit", "two three", "two true", "three true")
	successor.expectCommits("one", "two three")
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
