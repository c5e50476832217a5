package actors

import (
	"maps"
	"slices"
	"time"

	"example.com/pokey/poker"
)

// joinAttempts are a user's recent attempts to join rooms.
type joinAttempts struct {
	sent   map[poker.RoomID]time.Time // joins that the user has not taken back
	failed []time.Time                // joins of rooms that do not exist
}

const (
	// joinSpan is how long a room may take to answer a join. After that the user's actor
	// believes whatever else the room says.
	joinSpan = 10 * time.Second
	// Guessing room IDs is hopeless. A limit on failures keeps it from costing anything.
	failureLimit = 10
	failureSpan  = time.Minute
)

// sending notes a join of a room.
func (j *joinAttempts) sending(room poker.RoomID) {
	if j.sent == nil {
		j.sent = map[poker.RoomID]time.Time{}
	}
	maps.DeleteFunc(j.sent, func(_ poker.RoomID, at time.Time) bool { return time.Since(at) > joinSpan })
	j.sent[room] = time.Now()
}

// underWay reports whether a room may not have answered a join yet.
func (j *joinAttempts) underWay(room poker.RoomID) bool {
	at, ok := j.sent[room]
	return ok && time.Since(at) <= joinSpan
}

// forget forgets the joins of a room.
func (j *joinAttempts) forget(room poker.RoomID) { delete(j.sent, room) }

// fail notes a join of a room that does not exist.
func (j *joinAttempts) fail() { j.failed = append(j.failed, time.Now()) }

// exceeded reports whether too many joins have failed recently.
func (j *joinAttempts) exceeded() bool {
	j.failed = slices.DeleteFunc(j.failed, func(t time.Time) bool { return time.Since(t) > failureSpan })
	return len(j.failed) >= failureLimit
}

// failedRecently reports whether there are failures that still count.
func (j *joinAttempts) failedRecently() bool {
	n := len(j.failed)
	return n > 0 && time.Since(j.failed[n-1]) <= failureSpan
}
