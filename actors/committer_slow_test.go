package actors

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A shared store that is slow, and not out of order: the actor refuses requests after a
// while, but what it has asked for is not given up.
func TestCommitterWaitsForASlowSharedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory()
		s.shared, s.takes = true, 2*time.Second
		h := newWordHost(t, s)
		h.say("one", "two")
		h.next() // overdue
		h.say("three")
		if want := []string{"two", "three"}; !slices.Equal(h.refused, want) {
			t.Errorf("refused while the store is slow: got %v, want %v", h.refused, want)
		}
		if n := h.node.counts.unsaved.Load(); n != 1 {
			t.Errorf("unsaved while the store is slow: got %d, want 1", n)
		}
		h.expect("while the store is slow", "")
		h.next()
		h.expect("once it has answered", "one", "one true")
		h.expectCommits("one")
		h.expectOutcomes(commitSaved)
		if n := h.node.counts.unsaved.Load(); n != 0 {
			t.Errorf("unsaved in the end: got %d, want 0", n)
		}
	})
}

// What is under way may have been done or not; an actor that forgets says nothing of it.
func TestCommitterForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory()
		s.shared, s.takes = true, 2*time.Second
		h := newWordHost(t, s)
		h.say("one")
		h.next() // overdue
		h.committer.forget()
		if n := h.node.counts.unsaved.Load(); n != 0 {
			t.Errorf("unsaved: got %d, want 0", n)
		}
		h.committer.commitIfDirty()
		<-h.messages // how the commit ended, which nobody wants to know any more
		h.expect("afterwards", "")
		h.expectCommits("one")
	})
}
