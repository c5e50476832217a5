package actors

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/store"
)

// roomRecord is what is kept of a room, besides its history; see archive.
type roomRecord struct {
	State  poker.State
	Recent recent
}

// roomRest is how long a room's record stays untouched before the sweep asks
// after its owner, and up to an hour more: a store need not note another time
// with each commit. It is a net under the users' expiry, not a limit of its own.
const roomRest = 24 * time.Hour

func (a *roomActor) encode() image {
	i := image{data: encodeRoom(a.room.State(), a.recent), expires: time.Now().Truncate(time.Hour).Add(roomRest + time.Hour)}
	if a.archive.due {
		i.parts = a.archive.changes(a.room.History())
	}
	return i
}

// encodeRoom is a roomRecord as encoding/json would have it, which takes most of
// its time for what is recent.
func encodeRoom(s poker.State, r recent) []byte {
	state := encode(s)
	b := make([]byte, 0, len(state)+len(r)*rememberedLength+64)
	b = append(b, `{"State":`...)
	b = append(b, state...)
	b = append(b, `,"Recent":{`...)
	comma := ""
	for user, m := range r {
		b = append(b, comma...)
		b = strconv.AppendQuote(b, string(user))
		b = append(b, `:{"Digests":"`...)
		b = base64.StdEncoding.AppendEncode(b, m.Digests)
		b = append(b, `","At":`...)
		b = strconv.AppendInt(b, int64(m.At), 10)
		b = append(b, '}')
		comma = ","
	}
	return append(b, "}}"...)
}

// rememberedLength is about how long one user's requests are when encoded.
const rememberedLength = 256

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return data
}

// decodeRoom makes a room of its record and the parts of that.
func decodeRoom(data []byte, a *archive, parts []store.Record) (*poker.Room, recent, error) {
	record := roomRecord{Recent: recent{}}
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, nil, fmt.Errorf("decode room: %w", err)
	}
	record.State.History = a.load(parts, record.State.Round)
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
