package actors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.com/pokey/poker"
)

// roomRecord is what is kept of a room. Its history is a part of its own: it is
// long, and only changes when a round ends.
type roomRecord struct {
	State  poker.State
	Recent recent
}

// roomRest is how long a room's record stays untouched before the sweep asks
// after its owner. It is a net under the users' expiry, not a limit of its own.
const roomRest = 24 * time.Hour

func (a *roomActor) encode() image {
	i := image{data: encode(roomRecord{a.room.State(), a.recent}), expires: time.Now().Add(roomRest)}
	if a.archive {
		a.archive = false
		i.part = encode(a.room.History())
	}
	return i
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return data
}

func decodeRoom(m loaded) (*poker.Room, recent, error) {
	record := roomRecord{Recent: recent{}}
	if err := json.Unmarshal(m.record.Data, &record); err != nil {
		return nil, nil, fmt.Errorf("decode room: %w", err)
	}
	if m.part != nil {
		if err := json.Unmarshal(m.part, &record.State.History); err != nil {
			return nil, nil, fmt.Errorf("decode history: %w", err)
		}
	}
	room, err := poker.Restore(record.State)
	if err != nil {
		return nil, nil, fmt.Errorf("restore room: %w", err)
	}
	return room, record.Recent, nil
}

// recent is the requests of late that changed the room, so that one sent again
// after a reconnect has its effect once.
type recent map[poker.UserID]remembered

// remembered is one user's requests: eight bytes of digest each, oldest first,
// and when the last of them came.
type remembered struct {
	Digests []byte
	At      poker.Millis
}

// A client repeats what it has no answer to, which is little and not long ago.
const (
	rememberRequests = 16
	rememberFor      = 2 * time.Minute
)

func (r recent) seen(user poker.UserID, digest uint64, now time.Time) bool {
	m := r[user]
	if m.At <= millis(now.Add(-rememberFor)) {
		return false
	}
	for d := range slices.Chunk(m.Digests, 8) {
		if binary.BigEndian.Uint64(d) == digest {
			return true
		}
	}
	return false
}

func (r recent) add(user poker.UserID, digest uint64, now time.Time) {
	digests := binary.BigEndian.AppendUint64(r[user].Digests, digest)
	r[user] = remembered{digests[max(0, len(digests)-8*rememberRequests):], millis(now)}
}

func (r recent) forget(user poker.UserID) { delete(r, user) }
