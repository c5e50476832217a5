package actors

import (
	"maps"
	"slices"
	"time"

	"example.com/pokey/poker"
)

// joinAttempts are a user's recent attempts to join rooms.
type joinAttempts struct {
	sent   map[poker.RoomID]sentJoins // joins that the user has not taken back
	failed []time.Time                // joins of rooms that do not exist
}

// sentJoins are the joins of one room that it may not have answered.
type sentJoins struct {
	n    int
	last time.Time
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
		j.sent = map[poker.RoomID]sentJoins{}
	}
	maps.DeleteFunc(j.sent, func(_ poker.RoomID, s sentJoins) bool { return time.Since(s.last) > joinSpan })
	j.sent[room] = sentJoins{j.sent[room].n + 1, time.Now()}
}

// answered notes that a room has answered one join, without taking the user in.
func (j *joinAttempts) answered(room poker.RoomID) {
	if s, ok := j.sent[room]; ok && s.n > 1 {
		j.sent[room] = sentJoins{s.n - 1, s.last}
		return
	}
	j.forget(room)
}

// underWay reports whether a room may not have answered a join yet.
func (j *joinAttempts) underWay(room poker.RoomID) bool {
	s, ok := j.sent[room]
	return ok && time.Since(s.last) <= joinSpan
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
