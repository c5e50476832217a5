package actors

import (
	"slices"
	"time"

	"example.com/pokey/poker"
)

// joinAttempts are a user's recent attempts to join rooms.
type joinAttempts struct {
	sent   []sentJoins // joins that the user has not taken back; of few rooms
	failed []time.Time // joins of rooms that do not exist
}

// sentJoins are the joins of one room that it may not have answered.
type sentJoins struct {
	room poker.RoomID
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
	j.sent = slices.DeleteFunc(j.sent, func(s sentJoins) bool { return time.Since(s.last) > joinSpan })
	i := j.to(room)
	if i < 0 {
		i = len(j.sent)
		j.sent = append(j.sent, sentJoins{room: room})
	}
	j.sent[i].n++
	j.sent[i].last = time.Now()
}

// to returns the index of the joins of a room, or -1.
func (j *joinAttempts) to(room poker.RoomID) int {
	return slices.IndexFunc(j.sent, func(s sentJoins) bool { return s.room == room })
}

// answered notes that a room has answered one join, without taking the user in.
func (j *joinAttempts) answered(room poker.RoomID) {
	if i := j.to(room); i >= 0 && j.sent[i].n > 1 {
		j.sent[i].n--
		return
	}
	j.forget(room)
}

// underWay reports whether a room may not have answered a join yet.
func (j *joinAttempts) underWay(room poker.RoomID) bool {
	i := j.to(room)
	return i >= 0 && time.Since(j.sent[i].last) <= joinSpan
}

// forget forgets the joins of a room.
func (j *joinAttempts) forget(room poker.RoomID) {
	if i := j.to(room); i >= 0 {
		j.sent = slices.Delete(j.sent, i, i+1)
	}
}

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
