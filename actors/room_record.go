package actors

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// roomRest is how long a room's record stays untouched before the sweep asks
// after its owner, and up to an hour more: a store need not note another time
// with each commit. It is a net under the users' expiry, not a limit of its own.
const roomRest = 24 * time.Hour

// encode is what has changed in the room since it was encoded last: its record,
// which is small, and parts.
func (a *roomActor) encode() image {
	parts := a.kept.changes(a.room, a.recent)
	a.eraseLater()
	rest := roomRest
	if a.room.IsTombstone() {
		rest = a.sys.SessionLife // as long as one of the first owner can live
	}
	return image{
		data:    record.EncodeRoom(a.room.State()),
		parts:   parts,
		expires: time.Now().Truncate(time.Hour).Add(rest + time.Hour),
	}
}

// decode makes the room of its record and the parts of that.
func (a *roomActor) decode(data []byte, parts []store.Record) error {
	found := make([]record.Part, len(parts))
	for i, p := range parts {
		found[i] = record.Part{Name: partName(p.Key), Data: p.Data}
	}
	a.kept.found(found)
	l, err := record.Decode(a.id, data, found)
	if err != nil {
		return fmt.Errorf("decode room: %w", err)
	}
	room, err := poker.Restore(l.State)
	if err != nil {
		return fmt.Errorf("restore room: %w", err)
	}
	a.room = room
	for user, r := range l.Requests {
		if a.recent[user] = r; !room.Has(user) {
			a.kept.touch(user)
		}
	}
	a.kept.loaded(room.State(), l)
	return nil
}

// erasePause is how long an estimate of a round that is over may stay in the part
// of a member, who mostly replaces it by then with one of the next round.
const erasePause = 5 * time.Second

// erase comes when estimates that count for nothing any more are to go.
type erase struct{}

// eraseLater sees to it that they do.
func (a *roomActor) eraseLater() {
	if a.erasing == nil && a.kept.stale(a.room.State()) {
		a.erasing = a.sys.sendAfter(erasePause, a.self, erase{})
	}
}

func (a *roomActor) erase() {
	a.erasing = nil
	if a.room != nil && a.kept.eraseStale(a.room.State()) {
		a.dirty = true
	}
}

// recent is the requests of late that changed the room, so that one sent again
// after a reconnect has its effect once.
type recent map[poker.UserID]record.Requests

// A client repeats what it has no answer to, which is little and not long ago.
const (
	rememberRequests = 16
	rememberFor      = 2 * time.Minute
)

func (r recent) seen(user poker.UserID, digest uint64, now time.Time) bool {
	m := r.fresh(user, now)
	for d := range slices.Chunk(m.Digests, 8) {
		if binary.BigEndian.Uint64(d) == digest {
			return true
		}
	}
	return false
}

// fresh are the requests of a user that may still be repeated.
func (r recent) fresh(user poker.UserID, now time.Time) record.Requests {
	if m := r[user]; m.At > millis(now.Add(-rememberFor)) {
		return m
	}
	return record.Requests{}
}

func (r recent) add(user poker.UserID, digest uint64, now time.Time) {
	digests := binary.BigEndian.AppendUint64(r.fresh(user, now).Digests, digest)
	r[user] = record.Requests{Digests: digests[max(0, len(digests)-8*rememberRequests):], At: millis(now)}
}

func (r recent) forget(user poker.UserID) { delete(r, user) }
