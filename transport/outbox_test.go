package transport

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// snapshot is a room at a version. It has members enough for a patch to be
// worth it.
func snapshot(room poker.RoomID, version uint64) *poker.Snapshot {
	s := &poker.Snapshot{ID: room, Epoch: "e", Version: version, Owner: "owner", Round: 1, Topic: poker.Story{Title: fmt.Sprint("topic ", version)}}
	for i := range 10 {
		s.Members = append(s.Members, poker.MemberView{ID: poker.UserID(fmt.Sprint("user", i)), Name: "Ada Lovelace", Role: poker.Estimator})
	}
	return s
}

// full is a status for somebody who knows nothing; step is one from the version
// before.
func full(room poker.RoomID, version uint64) *protocol.Status {
	return protocol.NewStatus(nil, snapshot(room, version))
}

func step(room poker.RoomID, version uint64) *protocol.Status {
	return protocol.NewStatus(snapshot(room, version-1), snapshot(room, version))
}

// told is what frames say, in short.
func told(t *testing.T, b []byte) (list []string) {
	t.Helper()
	for len(b) > 0 {
		head, n := 2, int(b[1])
		switch b[1] {
		case 126:
			head, n = 4, int(b[2])<<8|int(b[3])
		case 127:
			head, n = 10, int(b[6])<<24|int(b[7])<<16|int(b[8])<<8|int(b[9])
		}
		list = append(list, inShort(string(b[head:head+n])))
		b = b[head+n:]
	}
	return list
}

// inShort is a status or patch as "full r 3" or "patch r 2-3".
func inShort(message string) string {
	field := func(name string) string {
		_, rest, _ := strings.Cut(message, `"`+name+`":`)
		return strings.Trim(rest[:strings.IndexAny(rest+",", ",}")], `"`)
	}
	switch {
	case strings.HasPrefix(message, `{"event":"roomStatus"`):
		return "full " + field("roomId") + " " + field("version")
	case strings.HasPrefix(message, `{"event":"roomPatch"`):
		return "patch " + field("roomId") + " " + field("since") + "-" + field("version")
	default:
		return message
	}
}

// takeAll takes as much as is written at once, and what goes with it.
func takeAll(o *outbox) []byte {
	b, _ := o.nextBatch(nil)
	if o.tail != nil {
		tail, _ := o.nextBatch(nil)
		b = append(b, tail...)
	}
	return b
}

func TestOutboxWritesEventsBeforeStatuses(t *testing.T) {
	take := takeAll
	type does func(*outbox) []byte
	event := func(name string) does {
		return func(o *outbox) []byte {
			if !o.push(opText, []byte(name)) {
				return appendFrame(nil, opText, []byte("overflow"))
			}
			return nil
		}
	}
	status := func(s *protocol.Status) does { return func(o *outbox) []byte { o.status(s); return nil } }
	forget := func(r poker.RoomID) does { return func(o *outbox) []byte { o.forget(r); return nil } }
	rows := map[string]struct {
		do   []does
		want []string
	}{
		"nothing":                {[]does{take}, nil},
		"events in order":        {[]does{event("a"), event("b"), take, event("c"), take}, []string{"a", "b", "c"}},
		"event before status":    {[]does{event("a"), status(full("r", 1)), take}, []string{"a", "full r 1"}},
		"first status is full":   {[]does{status(step("r", 2)), take}, []string{"full r 2"}},
		"then a patch":           {[]does{status(full("r", 1)), take, status(step("r", 2)), take}, []string{"full r 1", "patch r 1-2"}},
		"the newest only":        {[]does{status(full("r", 1)), status(step("r", 2)), take, take}, []string{"full r 2"}},
		"a step missed":          {[]does{status(full("r", 1)), take, status(step("r", 2)), status(step("r", 3)), take}, []string{"full r 1", "full r 3"}},
		"patches after that":     {[]does{status(step("r", 3)), take, status(step("r", 4)), take}, []string{"full r 3", "patch r 3-4"}},
		"no news":                {[]does{status(full("r", 1)), take, status(full("r", 1)), take}, []string{"full r 1"}},
		"asked for, same":        {[]does{status(full("r", 1)), take, forget("r"), status(full("r", 1)), take}, []string{"full r 1", "full r 1"}},
		"asked for, then a step": {[]does{status(full("r", 1)), take, forget("r"), status(full("r", 1)), status(step("r", 2)), take}, []string{"full r 1", "full r 2"}},
		"forgotten":              {[]does{status(full("r", 1)), forget("r"), take}, nil},
		"joined again":           {[]does{status(full("r", 1)), take, forget("r"), status(step("r", 2)), take}, []string{"full r 1", "full r 2"}},
		"forget a stranger":      {[]does{forget("q"), status(full("r", 1)), forget("q"), take}, []string{"full r 1"}},
		"each room its own": {[]does{
			status(full("r", 1)), status(full("q", 7)), take, status(step("q", 8)), status(step("r", 2)), take,
		}, []string{"full r 1", "full q 7", "patch r 1-2", "patch q 7-8"}},
		"an older one, late": {[]does{status(full("r", 3)), status(step("r", 2)), take}, []string{"full r 3"}},
		"too many": {
			append(slices.Repeat([]does{event("x")}, maxEvents), event("y"), take),
			append([]string{"overflow"}, slices.Repeat([]string{"x"}, maxEvents)...),
		},
	}
	for name, row := range rows {
		o := &outbox{}
		var got []string
		for _, do := range row.do {
			got = append(got, told(t, do(o))...)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", name, got, row.want)
		}
		if o.bytes != 0 {
			t.Errorf("%s: %d bytes are left, want none", name, o.bytes)
		}
	}
}

func TestOutboxTakesOneLongEvent(t *testing.T) {
	o := &outbox{}
	long := []byte(strings.Repeat("x", protocol.MaxEvent))
	if !o.push(opText, long) {
		t.Error("one long event is refused, want it taken")
	}
	if o.push(opText, []byte("more")) {
		t.Error("another event is taken behind a long one, want it refused")
	}
	if n := len(takeAll(o)); n != len(long)+10 {
		t.Errorf("took %d bytes, want %d", n, len(long)+10)
	}
	if !o.push(opText, []byte("more")) {
		t.Error("an event after the long one was taken is refused, want it taken")
	}
}

// TestOutboxServesRoomsInTurn has a room that changes all the time next to others.
func TestOutboxServesRoomsInTurn(t *testing.T) {
	o := &outbox{}
	o.status(full("busy", 1))
	for _, room := range []poker.RoomID{"a", "b", "c"} {
		o.status(full(room, 1))
	}
	var got []string
	for version := uint64(2); len(got) < 5; version++ {
		// Dst is nearly full each time, so that one status fits.
		b, _ := o.nextBatch(make([]byte, batchBytes-1))
		got = append(got, told(t, b[batchBytes-1:])...)
		o.status(full("busy", version))
	}
	if want := []string{"full busy 1", "full a 1", "full b 1", "full c 1", "full busy 5"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOutboxKeepsLittle(t *testing.T) {
	o := &outbox{}
	for range maxEvents {
		o.push(opText, []byte("x"))
	}
	takeAll(o)
	if cap(o.queue) != 0 {
		t.Errorf("room for %d events is kept, want none", cap(o.queue))
	}
}

// TestOutboxDoesNotCopyLargeStatuses has statuses that are not copied.
func TestOutboxDoesNotCopyLargeStatuses(t *testing.T) {
	large := func(version uint64) *protocol.Status {
		s := snapshot("large", version)
		s.Topic.Title = strings.Repeat("x", batchBytes)
		return protocol.NewStatus(nil, s)
	}
	o := &outbox{}
	status := large(1)
	o.push(opText, []byte("before"))
	o.status(status)
	head, shared := o.nextBatch(nil)
	if shared {
		t.Error("the header is shared, want it in a buffer of its own")
	}
	o.push(opText, []byte("after"))
	o.status(large(2))
	o.clear()
	o.push(opText, []byte("last"))
	rest, shared := o.nextBatch([]byte("not this"))
	if !shared || &rest[0] != &status.Full()[0] {
		t.Error("the status is a copy, want the shared bytes")
	}
	last, _ := o.nextBatch(nil)
	if got, want := told(t, slices.Concat(head, rest, last)), []string{"before", "full large 1", "last"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
