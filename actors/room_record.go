package actors

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.com/pokey/poker"
)

// roomRecord is what is kept of a room.
type roomRecord struct {
	State  poker.State
	Recent recent
}

// roomRest is how long a room's record stays untouched before the sweep asks
// after its owner. It is a net under the users' expiry, not a limit of its own.
const roomRest = 24 * time.Hour

func (a *roomActor) encode() ([]byte, time.Time) {
	data, err := json.Marshal(roomRecord{a.room.State(), a.recent})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return data, time.Now().Add(roomRest)
}

func decodeRoom(data []byte, now poker.Millis) (*poker.Room, recent, error) {
	record := roomRecord{Recent: recent{}}
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, nil, fmt.Errorf("decode room: %w", err)
	}
	room, err := poker.Restore(now, record.State)
	if err != nil {
		return nil, nil, fmt.Errorf("restore room: %w", err)
	}
	return room, record.Recent, nil
}

// recent is the requests of late that changed the room, so that one sent again
// after a reconnect has its effect once.
type recent map[poker.UserID][]remembered

type remembered struct {
	Digest uint64
	At     poker.Millis
}

// A client repeats what it has no answer to, which is little and not long ago.
const (
	rememberRequests = 4
	rememberFor      = 2 * time.Minute
)

func (r recent) seen(user poker.UserID, digest uint64, now time.Time) bool {
	return slices.ContainsFunc(r[user], func(m remembered) bool {
		return m.Digest == digest && m.At > millis(now.Add(-rememberFor))
	})
}

func (r recent) add(user poker.UserID, digest uint64, now time.Time) {
	list := append(r[user], remembered{digest, millis(now)})
	r[user] = list[max(0, len(list)-rememberRequests):]
}

func (r recent) forget(user poker.UserID) { delete(r, user) }
