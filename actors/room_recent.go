package actors

import (
	"encoding/binary"
	"slices"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// recentRequests are each user's recent requests that changed the room, so that one that
// is sent again after a reconnect has its effect once.
type recentRequests map[poker.UserID]record.Requests

// A client repeats what it has no answer to: few requests, and none that is old.
const (
	rememberRequests = 16
	rememberFor      = 2 * time.Minute
)

// seen reports whether a request is among them.
func (r recentRequests) seen(user poker.UserID, digest uint64, now time.Time) bool {
	m := r.fresh(user, now)
	for d := range slices.Chunk(m.Digests, 8) {
		if binary.BigEndian.Uint64(d) == digest {
			return true
		}
	}
	return false
}

// fresh returns the requests of a user that may still be repeated.
func (r recentRequests) fresh(user poker.UserID, now time.Time) record.Requests {
	if m := r[user]; m.At > millis(now.Add(-rememberFor)) {
		return m
	}
	return record.Requests{}
}

func (r recentRequests) add(user poker.UserID, digest uint64, now time.Time) {
	digests := binary.BigEndian.AppendUint64(r.fresh(user, now).Digests, digest)
	r[user] = record.Requests{Digests: digests[max(0, len(digests)-8*rememberRequests):], At: millis(now)}
}

func (r recentRequests) forget(user poker.UserID) { delete(r, user) }
