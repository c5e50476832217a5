package cluster

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/cluster/membership"
)

// detection drives the failure detector of node a through time.
type detection struct {
	t        *testing.T
	detector *failureDetector
	view     *membership.View
	now      time.Time
}

func newDetection(t *testing.T, members ...membership.Member) *detection {
	d := &detection{t: t, detector: newFailureDetector(), now: time.Unix(1e9, 0)}
	d.setMembers(members...)
	d.detector.check(d.view, "a:1", d.now)
	return d
}

func (d *detection) setMembers(members ...membership.Member) {
	d.view = membership.NewView(membership.Snapshot{Version: 1, Members: members}, nil)
}

// pass lets time pass in which only these members answer, once a second.
func (d *detection) pass(span time.Duration, answering ...string) {
	for end := d.now.Add(span); d.now.Before(end); {
		d.now = d.now.Add(checkInterval)
		if d.now.Nanosecond() == 0 {
			for _, name := range answering {
				d.detector.answered(name+":1", d.now)
			}
		}
		d.detector.check(d.view, "a:1", d.now)
	}
}

// freeze lets time pass in which this node does not run.
func (d *detection) freeze(span time.Duration) { d.now = d.now.Add(span) }

func (d *detection) wantUnreachable(when string, want ...string) {
	d.t.Helper()
	if got := d.detector.unreachable(); !slices.Equal(got, want) {
		d.t.Errorf("unreachable %s: got %v, want %v", when, got, want)
	}
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

func TestSilentMemberIsUnreachable(t *testing.T) {
	d := newDetection(t, membersOf("", "", "")...)
	d.pass(joinGrace+unreachableAfter, "b")
	d.wantUnreachable("while a new member has its grace")
	d.pass(checkInterval, "b")
	d.wantUnreachable("after the grace", "c")
	d.pass(20*time.Second, "b")
	d.wantUnreachable("as long as it is silent", "c")

	d.pass(unreachableAfter-checkInterval, "c") // b's last answer was an interval ago
	d.wantUnreachable("after three seconds of silence")
	d.pass(checkInterval, "c")
	d.wantUnreachable("after a little more", "b")
}

func TestSteadyAnswersMakeAMemberReachable(t *testing.T) {
	d := newDetection(t, membersOf("", "", "")...)
	d.pass(joinGrace+unreachableAfter+checkInterval, "b")
	d.pass(time.Second-checkInterval, "b")
	d.wantUnreachable("before its first answer", "c")
	d.pass(2*time.Second, "b", "c")
	d.wantUnreachable("after two answers", "c")
	d.pass(time.Second, "b", "c")
	d.wantUnreachable("after three answers")
}

func TestAnswersNowAndThenDoNotMakeAMemberReachable(t *testing.T) {
	d := newDetection(t, membersOf("", "", "")...)
	d.pass(2*time.Second, "b", "c")
	d.pass(4*time.Second, "c")
	for range 10 {
		d.pass(2*time.Second, "c")
		d.pass(2*time.Second, "b", "c")
		d.wantUnreachable("while it answers now and then", "b")
	}
}

func TestMembersThatLeaveAndReturn(t *testing.T) {
	d := newDetection(t, membersOf("", "", "")...)
	d.pass(joinGrace+unreachableAfter+checkInterval, "c")
	d.wantUnreachable("before it leaves", "b")
	d.detector.answered("x:1", d.now) // not a member
	d.setMembers(membersOf("", "")[:1]...)
	d.pass(checkInterval)
	d.wantUnreachable("after it has left")
	d.setMembers(membersOf("", "")...)
	d.pass(joinGrace + unreachableAfter)
	d.wantUnreachable("while the member that returned has its grace")
}

func TestTimeInWhichThisNodeIsFrozenDoesNotCount(t *testing.T) {
	d := newDetection(t, membersOf("", "", "")...)
	d.pass(2*time.Second, "b", "c")
	d.freeze(time.Minute)
	d.pass(2*time.Second, "b")
	d.wantUnreachable("after a freeze")
	d.pass(time.Second+checkInterval, "b")
	d.wantUnreachable("after silence that followed a freeze", "c")
	d.freeze(time.Minute)
	d.pass(checkInterval, "b")
	d.wantUnreachable("after another freeze", "c")

	d.detector.answered("b:1", d.now.Add(time.Minute)) // an answer before the first check after a freeze
	d.freeze(time.Minute + checkInterval)
	d.pass(unreachableAfter, "c")
	d.pass(2*checkInterval, "c")
	d.wantUnreachable("after silence that followed that answer", "b")
}

// Otherwise the outcome would depend on which of them is found first.
func TestMembersThatBecomeSilentTogetherAreUnreachableTogether(t *testing.T) {
	silent := func(reported ...string) *detection {
		d := newDetection(t, membersOf("", "", "", "")...)
		d.pass(2*time.Second, "b", "c", "d")
		d.pass(time.Second, "c", "d")
		d.setMembers(membersOf(reported...)...)
		return d
	}
	d := silent("", "", "", "")
	d.pass(unreachableAfter-time.Second, "d")
	d.wantUnreachable("before the limit of the first")
	d.pass(checkInterval, "d")
	d.wantUnreachable("after the limit of the first", "b", "c")

	d = silent("", "", "", "c")
	d.pass(suspectedAfter+checkInterval-time.Second, "d")
	d.wantUnreachable("while another member reports one that answers")

	d = silent("", "", "", "b")
	d.pass(suspectedAfter-time.Second, "d")
	d.wantUnreachable("before the shorter limit of a member that another reports")
	d.pass(checkInterval, "d")
	d.wantUnreachable("after that limit", "b")
}
