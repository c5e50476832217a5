package actors

import (
	"slices"
	"time"

	"example.com/pokey/poker"
)

// A user's record says when they expire. While they are connected that moment
// is kept ahead of them, so that a process that dies takes no timer with it:
// whoever finds a record whose time has run out wakes the user, who expires.

// renewals is into how many parts the expiry is cut: the record of a connected
// user is written anew after each, and says a part more than the expiry.
const renewals = 8

// departInterval is when rooms that have not answered are told again.
const departInterval = 5 * time.Second

// departure is an expiry under way.
type departure struct {
	rooms     []poker.RoomID // still to do their part
	returning []attach       // connections that came meanwhile, for a fresh start
	over      bool           // all rooms have, and only a tombstone is to be written
}

// departAgain comes from the timer while a user expires.
type departAgain struct{}

// expires is when the record may be swept.
func (a *userActor) expires() time.Time {
	switch {
	case a.record.Forgotten:
		return time.Now() // so that the sweep goes on with it after a crash
	case a.tombstone():
		return a.lapses()
	case len(a.conns) > 0:
		return time.Now().Add(a.sys.UserExpiry + a.sys.UserExpiry/renewals)
	case a.lastSeen.IsZero():
		return time.Now().Add(a.sys.UserExpiry)
	default:
		return a.lastSeen.Add(a.sys.UserExpiry)
	}
}

// resume takes in when the record that was found expires.
func (a *userActor) resume(expires time.Time) {
	if a.tombstone() {
		return // it is not the user's own time that it says
	}
	a.lastSeen = expires.Add(-a.sys.UserExpiry)
	a.arm(time.Until(expires), expire{})
}

// renew moves the moment of expiry ahead while the user is connected.
func (a *userActor) renew() {
	a.dirty = a.dirty || !a.record.blank()
	a.arm(a.sys.UserExpiry/renewals, renew{})
}

// arm sets the user's one timer.
func (a *userActor) arm(d time.Duration, message any) {
	a.stopTimer()
	switch message.(type) {
	case expire:
		message = expire{a.turn}
	case renew:
		message = renew{a.turn}
	}
	a.timer = a.sys.sendAfter(d, a.self, message)
}

func (a *userActor) stopTimer() {
	a.turn++
	if a.timer != nil {
		a.timer.Stop()
	}
}

// expire ends the user: the rooms they own close, elsewhere they leave. When
// all rooms have done that, and not before, the record goes; so an expiry that
// a crash interrupts is begun again.
func (a *userActor) expire() {
	if len(a.conns) > 0 || a.leaving != nil {
		return
	}
	a.leaving = &departure{}
	for _, room := range slices.Concat(a.record.Owned, a.record.Rooms, a.record.Left, a.record.Closed) {
		if !slices.Contains(a.leaving.rooms, room) {
			a.leaving.rooms = append(a.leaving.rooms, room)
		}
	}
	a.depart()
}

func (a *userActor) depart() {
	if a.leaving == nil {
		return
	}
	if len(a.leaving.rooms) == 0 {
		a.stopTimer()
		a.leaveTombstone()
		return
	}
	for _, room := range a.leaving.rooms {
		a.sys.tellRoom(room, departed{a.id})
	}
	a.arm(departInterval, departAgain{})
}

func (a *userActor) roomGone(room poker.RoomID) {
	if a.leaving == nil {
		return
	}
	if i := slices.Index(a.leaving.rooms, room); i >= 0 {
		a.leaving.rooms = slices.Delete(a.leaving.rooms, i, i+1)
		if len(a.leaving.rooms) == 0 {
			a.depart()
		}
	}
}
