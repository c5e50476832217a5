package cluster

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cluster/membership"
)

// ears drives a hearing through time, of which none passes otherwise.
type ears struct {
	t       *testing.T
	hearing hearing
	view    *membership.View
	now     time.Time
}

func newEars(t *testing.T, members ...membership.Member) *ears {
	e := &ears{t: t, view: membership.NewView(membership.Snapshot{Version: 1, Members: members}, nil), now: time.Unix(1e9, 0)}
	e.hearing.contacts = map[string]*contact{}
	e.hearing.look(e.view, "a:1", e.now)
	return e
}

// pass lets time pass in which these answer once a second, and these alone.
func (e *ears) pass(d time.Duration, answering ...string) {
	for end := e.now.Add(d); e.now.Before(end); {
		e.now = e.now.Add(lookInterval)
		if e.now.Nanosecond() == 0 {
			for _, name := range answering {
				e.hearing.answered(name+":1", e.now)
			}
		}
		e.hearing.look(e.view, "a:1", e.now)
	}
}

func (e *ears) misses(what string, want ...string) {
	e.t.Helper()
	if got := e.hearing.missed(); !slices.Equal(got, want) {
		e.t.Errorf("%s: missed are %v, not %v", what, got, want)
	}
}

func TestHearing(t *testing.T) {
	e := newEars(t, membersOf("", "", "")...)
	e.pass(newcomer+unheard, "b")
	e.misses("who has joined gets time")
	e.pass(lookInterval, "b")
	e.misses("but not for ever", "c")
	e.pass(20*time.Second, "b")
	e.misses("as long as it lasts", "c")
	e.pass(2*time.Second, "b", "c")
	e.misses("two answers may be chance", "c")
	e.pass(time.Second, "b", "c")
	e.misses("three are not")
	e.pass(unheard-lookInterval, "c") // its last answer was an interval ago
	e.misses("three seconds are not enough")
	e.pass(lookInterval, "c")
	e.misses("a little more is", "b")
	for range 10 {
		e.pass(2*time.Second, "c")
		e.pass(2*time.Second, "b", "c")
		e.misses("now and then does not count", "b")
	}
	e.hearing.answered("x:1", e.now)
	e.view = membership.NewView(membership.Snapshot{Version: 2, Members: membersOf("", "")[:1]}, nil)
	e.pass(lookInterval)
	e.misses("who is no member")
	e.view = membership.NewView(membership.Snapshot{Version: 3, Members: membersOf("", "")}, nil)
	e.pass(newcomer + unheard)
	e.misses("who is one again gets time again")
}

// TestHearingWhileFrozen has a node that does not run for a while.
func TestHearingWhileFrozen(t *testing.T) {
	e := newEars(t, membersOf("", "", "")...)
	e.pass(2*time.Second, "b", "c")
	e.now = e.now.Add(time.Minute)
	e.pass(2*time.Second, "b")
	e.misses("nobody is blamed for it")
	e.pass(time.Second, "b")
	e.pass(lookInterval, "b")
	e.misses("silence counts from then on", "c")
	e.now = e.now.Add(time.Minute)
	e.pass(lookInterval, "b")
	e.misses("who was missed stays so", "c")
	e.hearing.answered("b:1", e.now.Add(time.Minute)) // before it is noticed how late it is
	e.now = e.now.Add(time.Minute + lookInterval)
	e.pass(unheard, "c")
	e.pass(2*lookInterval, "c")
	e.misses("the time is not given twice", "b")
}

// TestHearingTogether has who becomes silent for the same reason missed at the
// same time, or who is missed first would depend on the order.
func TestHearingTogether(t *testing.T) {
	silent := func(misses ...string) *ears {
		e := newEars(t, membersOf("", "", "", "")...)
		e.pass(2*time.Second, "b", "c", "d")
		e.pass(time.Second, "c", "d")
		e.view = membership.NewView(membership.Snapshot{Version: 2, Members: membersOf(misses...)}, nil)
		return e
	}
	e := silent("", "", "", "")
	e.pass(unheard-time.Second, "d")
	e.misses("all have time")
	e.pass(lookInterval, "d")
	e.misses("and none has more than the first", "b", "c")

	e = silent("", "", "", "c")
	e.pass(doubtful+lookInterval-time.Second, "d")
	e.misses("somebody misses another")
	e = silent("", "", "", "b")
	e.pass(doubtful-time.Second, "d")
	e.misses("somebody misses it, but it may still answer")
	e.pass(lookInterval, "d")
	e.misses("somebody misses it as well", "b")
}

// membersOf makes members named a, b, … from a list of the members that each
// cannot reach, by name.
func membersOf(unreachable ...string) []membership.Member {
	var members []membership.Member
	for i, s := range unreachable {
		name := string(rune('a' + i))
		m := membership.Member{ID: name, Address: name + ":1"}
		if s != "" {
			m.Unreachable = strings.Split(s, "")
		}
		members = append(members, m)
	}
	return members
}
