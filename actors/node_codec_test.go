package actors

import (
	"reflect"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// Every message that crosses to another node is the same there.
func TestNodeMessagesSurviveTheCodec(t *testing.T) {
	conn := actor.NewPID("n1", "connection/A")
	ask := func(text string) protocol.Incoming {
		in, fault := protocol.Decode([]byte(text))
		if fault != nil {
			t.Fatal(fault)
		}
		return in
	}
	createRoom := ask(`{"request":"createRoom","id":"1","topic":"Login"}`)
	succeedRoom := ask(`{"request":"succeedRoom","id":"1","roomId":"r"}`)
	joinRoom := ask(`{"request":"joinRoom","roomId":"r","role":"observer","wait":true}`)
	estimate := ask(`{"request":"estimate","id":"2","roomId":"r","value":"5","comment":"why"}`)
	full := []byte(`{"event":"roomStatus"}`)
	whole := protocol.EncodedStatus("r", "e", 7, full)
	patch := protocol.EncodedStatus("r", "e", 7, full)
	patch.Since, patch.Patch = 6, []byte(`{"event":"roomPatch"}`)
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, Remote: true})
	bodies := (&wire.Envelope{}).ProtoReflect().Descriptor().Oneofs().ByName("body")
	tested := map[protoreflect.Name]bool{"ack": true, "ack_request": true} // which are messages themselves
	for _, m := range []any{
		attach{conn: conn},
		attach{conn: conn, again: true, issued: 1_800_000_000},
		signOut{conn: conn, issued: 1_800_000_000},
		fromClient{conn: conn, in: estimate, origin: 1<<63 + 5},
		claim{"r"},
		notMember{room: "r"},
		notMember{room: "r", trace: true},
		waits{"r", protocol.WaitGoesOn},
		waits{"r", protocol.WaitAdmitted},
		waits{"r", protocol.WaitRefused},
		waits{"r", protocol.WaitEnded},
		owns{"r"},
		ownsNot{room: "r"},
		ownsNot{room: "r", closed: true},
		notCreated{"r"},
		roomGone{"r"},
		create{caller: callerOf(conn, createRoom), owner: "u", request: createRoom.Request.(protocol.CreateRoom)},
		succeed{caller: callerOf(conn, succeedRoom), user: "u", room: "n"},
		create{caller: callerOf(conn, succeedRoom), owner: "u", settings: &poker.Settings{
			Topic: poker.Story{Title: "Login", Key: "A-1"}, Topics: []poker.Story{{Title: "Search", Estimate: "5"}},
			Deck: poker.Deck{Name: "d", Cards: []string{"1"}}, Options: poker.Options{LateEstimates: poker.LateLocked, StandIn: true},
		}},
		join{caller: callerOf(conn, joinRoom), user: "u", name: "Ada", mark: poker.Mark{Colour: "red", Emoji: "🦊"}, role: poker.Observer, wait: true},
		command{caller: callerOf(conn, estimate), user: "u", request: estimate.Request.(protocol.RoomRequest)},
		renamed{"u", "Ada", poker.Mark{Colour: "red", Emoji: "🦊"}},
		departed{"u"},
		recognise{"u"},
		probe{conn, 7},
		delivered{3},
		deliverEvent{[]byte("{}"), "2"},
		leftRoom{"r", []byte("{}")},
		disconnect{protocol.CloseMoved, "moved"},
		reattach{},
		rejoin{"r"},
		statusFanout{status: whole, conns: []string{"a"}, whole: true},
		statusFanout{status: patch, conns: []string{"a", "b"}, room: actor.NewPID("n2", "rooms/r"), broadcast: 3},
		findOwner{"r"},
		findRooms{"u"},
		addressed{id: "r", view: 9, message: departed{"u"}},
	} {
		envelope, size := encodeMessage(m)
		data, err := proto.Marshal(envelope)
		if err != nil {
			t.Fatal(err)
		}
		arrived := &wire.Envelope{}
		if err := proto.Unmarshal(data, arrived); err != nil {
			t.Fatal(err)
		}
		if got := decodeMessage(arrived); !reflect.DeepEqual(flat(got), flat(m)) {
			t.Errorf("got %#v, want %#v", got, m)
		}
		if size < len(data)/2 {
			t.Errorf("size of %T: got %d bytes, want at least half of %d", m, size, len(data))
		}

		arrived.Span = encodeSpan(command{caller: caller{span: &span}})
		if c, ok := decodeMessage(arrived).(caused); ok && (c.causedBy() == nil || !c.causedBy().Equal(span)) {
			t.Errorf("%T: got the span %v, want the one that it was sent with", m, c.causedBy())
		}
		tested[arrived.ProtoReflect().WhichOneof(bodies).Name()] = true
	}
	for i := range bodies.Fields().Len() {
		if name := bodies.Fields().Get(i).Name(); !tested[name] {
			t.Errorf("no message of this test is a %s, want one of each", name)
		}
	}
}

// flat returns a message in a form that can be compared.
func flat(m any) any {
	type status struct {
		room           poker.RoomID
		epoch          string
		version, since uint64
		full, patch    string
	}
	of := func(s *protocol.Status) status {
		return status{s.RoomID, s.Epoch, s.Version, s.Since, string(s.Full()), string(s.Patch)}
	}
	if m, ok := m.(statusFanout); ok {
		return []any{of(m.status), m.conns, m.whole, m.room, m.broadcast}
	}
	return m
}

// A newer node may send what this one does not know. That decodes to nil, and so does
// an envelope that makes no sense.
func TestUnknownEnvelopesDecodeToNil(t *testing.T) {
	for name, l := range map[string]*wire.Envelope{
		"empty":              {},
		"for nobody":         {Identity: "r", View: 3},
		"unknown note":       {Body: &wire.Envelope_Note{Note: &wire.Note{Kind: 99, Room: "r"}}},
		"unknown request":    {Body: &wire.Envelope_Request{Request: &wire.Request{Raw: []byte(`{"request":"dance"}`)}}},
		"no request":         {Body: &wire.Envelope_RoomRequest{RoomRequest: &wire.RoomRequest{User: "u"}}},
		"request of no room": {Body: &wire.Envelope_RoomRequest{RoomRequest: &wire.RoomRequest{Raw: []byte(`{"request":"ping"}`)}}},
	} {
		if m := decodeMessage(l); m != nil {
			t.Errorf("%s: got %#v, want nil", name, m)
		}
	}
	future := []byte{0x9a, 0x06, 0x02, 'h', 'i'} // a body with the number 99
	l := &wire.Envelope{}
	if err := proto.Unmarshal(future, l); err != nil {
		t.Fatal(err)
	}
	if m := decodeMessage(l); m != nil {
		t.Errorf("unknown body: got %#v, want nil", m)
	}
}

// No bytes from another node make the decoder panic.
func FuzzDecodeMessage(f *testing.F) {
	for _, m := range []any{attach{conn: actor.NewPID("n1", "c")}, disconnect{protocol.CloseMoved, "moved"}, addressed{id: "r", message: departed{"u"}}} {
		envelope, _ := encodeMessage(m)
		data, err := proto.Marshal(envelope)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		l := &wire.Envelope{}
		if proto.Unmarshal(data, l) == nil {
			_ = decodeMessage(l)
		}
	})
}
