package actors

import (
	"time"

	"example.com/pokey/poker"
)

// Nobody is kept in memory who does nothing. A room without subscribers and a user
// without connections, of whom the store has everything and for whom no timer runs,
// stop after a moment. The next message starts them again from their records, and
// what they are to do at a time the sweep wakes them for.

// restAfter is longer than a page takes to be loaded again.
const restAfter = 3 * time.Second

// rest comes when an actor has had nothing to do for a while.
type rest struct{}

// resting is the timer of an actor that has nothing to do.
type resting struct{ timer *time.Timer }

// settleDown begins or ends the wait for an actor to be stopped.
func (j *journal) settleDown(idle bool) {
	switch {
	case !idle:
		j.resting.stop()
	case j.resting.timer == nil:
		j.resting.timer = j.sys.sendAfter(restAfter, j.self, rest{})
	}
}

func (r *resting) stop() {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

// stored says that the store has all of the actor's state, and nothing is under way.
func (j *journal) stored() bool {
	return j.quiet() && !j.unsaved && !j.frozen && !j.fenced && !j.moving && !j.retired && len(j.effects) == 0
}

// idle says that the room would not be missed in memory.
func (a *roomActor) idle() bool {
	return a.room != nil && a.stored() && a.seats.empty() && !a.closing && a.room.Deadline() == 0 &&
		a.absence == nil && a.erasing == nil && a.cooling == nil && a.pages.timer == nil
}

// idle says that the user would not be missed in memory.
func (a *userActor) idle() bool {
	return a.stored() && len(a.conns) == 0 && a.leaving == nil && !a.record.Forgotten && !a.record.blank() &&
		!a.triedOfLate()
}

// triedOfLate says that the user has looked for rooms that are not there, which
// counts for a while.
func (a *userActor) triedOfLate() bool {
	n := len(a.failed)
	return n > 0 && time.Since(a.failed[n-1]) <= failureSpan
}

// retireIf stops the actor if nothing has come up meanwhile.
func (j *journal) retireIf(idle bool) {
	j.resting.stop()
	if idle {
		j.sys.counts.passivations.Add(1)
		j.retire()
	}
}

// handBackUser gives a message to the successor of a user's actor.
func (s *node) handBackUser(id poker.UserID, message any) {
	s.root.Send(s.users, returned{string(id), message})
}

// handBackRoom gives a message to the successor of a room's actor.
func (s *node) handBackRoom(id poker.RoomID, message any) {
	s.root.Send(s.rooms, returned{string(id), message})
}
