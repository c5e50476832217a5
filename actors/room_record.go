package actors

import (
	"fmt"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// roomAskInterval is how long a room's record stays untouched before the sweep has it
// ask for its owner; it may take up to an hour more, so that a store need not note a new
// time with each commit. This is a safety net below the users' own expiry, not a limit.
const roomAskInterval = 24 * time.Hour

// encode returns the record and the parts that have changed since the last call.
func (a *roomActor) encode() image {
	keep := roomAskInterval
	if a.room.IsTombstone() {
		keep = a.node.SessionLife // as long as a session of the first owner can live
	}
	parts := a.parts.changes(a.room, a.recent)
	return image{
		data:    record.EncodeRoom(a.room.State()),
		parts:   parts,
		expires: time.Now().Truncate(time.Hour).Add(keep + time.Hour),
	}
}

// decode restores the room from its record and parts.
func (a *roomActor) decode(data []byte, parts []store.Record) error {
	found := make([]record.Part, len(parts))
	for i, p := range parts {
		found[i] = record.Part{Name: partName(p.Key), Data: p.Data}
	}
	a.parts.found(found)
	l, err := record.Decode(a.id, data, found)
	if err != nil {
		return fmt.Errorf("decode room: %w", err)
	}
	room, err := poker.Restore(l.State)
	if err != nil {
		return fmt.Errorf("restore room: %w", err)
	}
	room.Resume(millis(time.Now()))
	a.room = room
	for user, r := range l.Requests {
		if a.recent[user] = r; !room.Has(user) {
			a.parts.touch(user)
		}
	}
	a.parts.loaded(room.State(), l)
	if n := len(l.Odd); n > 0 {
		a.node.Log.Warn("parts of a room's record do not fit the room and are left out", "parts", n)
	}
	return nil
}
