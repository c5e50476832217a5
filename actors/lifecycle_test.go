package actors

import (
	"reflect"
	"sync/atomic"
	"testing"
)

// newLifecycle returns the lifecycle of a host, and what it tells its registry.
func newLifecycle(h *wordHost) (*lifecycle, *[]any) {
	var told []any
	return &lifecycle{
		id: "words", commits: &h.committer, passivations: new(atomic.Int64),
		tellRegistry: func(message any) { told = append(told, message) },
	}, &told
}

func TestLifecycleHandsOffOnceEverythingIsCommitted(t *testing.T) {
	h := newWordHost(t, memory())
	l, _ := newLifecycle(h)
	l.receive(nil, wordRequest{word: "one"})
	if l.handOff() {
		t.Error("before it must move: got true, want false")
	}
	l.moving = true
	if l.handOff() {
		t.Error("while it commits: got true, want false")
	}
	h.next()
	if !l.handOff() {
		t.Error("once it has committed: got false, want true")
	}
	l.retire()
	if l.handOff() {
		t.Error("once it has retired: got true, want false")
	}
}

func TestLifecyclePassesMessagesOnAfterItHasRetired(t *testing.T) {
	h := newWordHost(t, memory())
	l, told := newLifecycle(h)
	if !l.retire() || l.retire() {
		t.Error("retire: want true once")
	}
	l.receive(nil, renamed{user: "ada"})
	l.receive(nil, deadline{}) // from its own timer
	want := []any{retire{id: "words"}, returned{"words", renamed{user: "ada"}}}
	if !reflect.DeepEqual(*told, want) {
		t.Errorf("the registry: got %v, want %v", *told, want)
	}
}

func TestLifecycleCountsPassivations(t *testing.T) {
	l, _ := newLifecycle(newWordHost(t, memory()))
	if l.passivate(false) || !l.passivate(true) {
		t.Error("passivate: want it to retire only if it is idle")
	}
	if n := l.passivations.Load(); n != 1 {
		t.Errorf("passivations: got %d, want 1", n)
	}
}
