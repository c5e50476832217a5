package actors

import (
	"time"

	"example.com/pokey/poker"
)

// departure is an expiry under way.
type departure struct {
	rooms     []poker.RoomID // those that have not answered
	returning []attach       // connections that came meanwhile, for the next actor
	over      bool           // all rooms have answered, and only a tombstone must be written
}

// userTimer is the one timer of a user.
type userTimer struct {
	inbox      inbox
	timer      *time.Timer
	generation int
}

// arm sets the timer. It replaces the message's generation.
func (t *userTimer) arm(d time.Duration, message any) {
	t.stop()
	switch message.(type) {
	case expire:
		message = expire{t.generation}
	case renew:
		message = renew{t.generation}
	}
	t.timer = t.inbox.after(d, message)
}

// current reports whether a message of that generation is the timer's last.
func (t *userTimer) current(generation int) bool { return generation == t.generation }

func (t *userTimer) stop() {
	t.generation++
	if t.timer != nil {
		t.timer.Stop()
	}
}
