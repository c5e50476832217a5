package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/record"
	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// envelopeSize is about how many bytes an envelope takes besides what clients wrote
// and what they are sent.
const envelopeSize = 100

// encodeMessage returns the envelope in which a message crosses to another node, and
// about how many bytes it takes. It panics for a message that never leaves its node.
func encodeMessage(message any) (*wire.Envelope, int) {
	if m, ok := message.(addressed); ok {
		e, size := encodeMessage(m.message)
		e.Identity, e.View = m.id, m.view
		return e, size
	}
	e := &wire.Envelope{}
	for _, encode := range encoders {
		if size, ok := encode(e, message); ok {
			e.Span = encodeSpan(message)
			return e, envelopeSize + size
		}
	}
	panic(fmt.Sprintf("actors: %T does not leave its node", message))
}

// encoders set the body of an envelope, each for messages to one kind of actor. They
// return the length of what is in it besides names and numbers.
var encoders = []func(e *wire.Envelope, message any) (size int, ok bool){
	encodeForConnection, encodeForRoom, encodeForUser, encodeForNode,
}

func encodeForConnection(e *wire.Envelope, message any) (size int, ok bool) {
	switch m := message.(type) {
	case deliverEvent:
		e.Body = &wire.Envelope_DeliverEvent{DeliverEvent: &wire.DeliverEvent{Event: m.event, Answers: m.answers}}
		size = len(m.event)
	case leftRoom:
		e.Body = &wire.Envelope_LeftRoom{LeftRoom: &wire.LeftRoom{Room: string(m.room), Event: m.event}}
		size = len(m.event)
	case disconnect:
		e.Body = &wire.Envelope_Disconnect{Disconnect: &wire.Disconnect{Code: uint32(m.code), Reason: m.reason}}
	case reattach:
		e.Body = &wire.Envelope_Reattach{Reattach: &wire.Reattach{}}
	case rejoin:
		e.Body = &wire.Envelope_Rejoin{Rejoin: &wire.Rejoin{Room: string(m.room)}}
	default:
		return 0, false
	}
	return size, true
}

func encodeForRoom(e *wire.Envelope, message any) (size int, ok bool) {
	switch m := message.(type) {
	case create:
		body := encodeRoomRequest(m.caller, m.owner, "")
		if r := body.RoomRequest; m.settings != nil {
			r.Settings, r.Topics = record.EncodeStart(*m.settings)
			size = len(r.Settings) + len(r.Topics)
		}
		e.Body, size = body, size+len(m.raw)
	case succeed:
		body := encodeRoomRequest(m.caller, m.user, "")
		body.RoomRequest.Room = string(m.room)
		e.Body, size = body, len(m.raw)
	case join:
		body := encodeRoomRequest(m.caller, m.user, m.name)
		body.RoomRequest.Colour, body.RoomRequest.Emoji = m.mark.Colour, m.mark.Emoji
		e.Body, size = body, len(m.raw)
	case command:
		e.Body, size = encodeRoomRequest(m.caller, m.user, ""), len(m.raw)
	case renamed:
		e.Body = &wire.Envelope_Renamed{Renamed: &wire.Renamed{
			User: string(m.user), Name: m.name, Colour: m.mark.Colour, Emoji: m.mark.Emoji,
		}}
	case departed:
		e.Body = &wire.Envelope_Departed{Departed: &wire.Departed{User: string(m.user)}}
	case recognise:
		e.Body = &wire.Envelope_Recognise{Recognise: &wire.Recognise{User: string(m.user)}}
	case probe:
		e.Body = &wire.Envelope_Probe{Probe: &wire.Probe{Conn: encodePID(m.conn), Version: m.version}}
	case delivered:
		e.Body = &wire.Envelope_Delivered{Delivered: &wire.Delivered{Broadcast: m.broadcast}}
	default:
		return 0, false
	}
	return size, true
}

func encodeForUser(e *wire.Envelope, message any) (size int, ok bool) {
	switch m := message.(type) {
	case attach:
		e.Body = &wire.Envelope_Attach{Attach: &wire.Attach{Conn: encodePID(m.conn), Again: m.again, Issued: m.issued}}
	case signOut:
		e.Body = &wire.Envelope_SignOut{SignOut: &wire.SignOut{Conn: encodePID(m.conn), Issued: m.issued}}
	case fromClient:
		e.Body = &wire.Envelope_Request{Request: &wire.Request{Conn: encodePID(m.conn), Raw: m.in.Raw, Origin: m.origin}}
		size = len(m.in.Raw)
	case claim:
		e.Body = encodeNote(wire.Note_CLAIM, m.room, false)
	case notMember:
		e.Body = encodeNote(wire.Note_NOT_MEMBER, m.room, m.trace)
	case waits:
		e.Body = encodeNote(waitNotes[m.state], m.room, false)
	case owns:
		e.Body = encodeNote(wire.Note_OWNS, m.room, false)
	case ownsNot:
		e.Body = encodeNote(wire.Note_OWNS_NOT, m.room, m.closed)
	case notCreated:
		e.Body = encodeNote(wire.Note_NOT_CREATED, m.room, false)
	case roomGone:
		e.Body = encodeNote(wire.Note_ROOM_GONE, m.room, false)
	default:
		return 0, false
	}
	return size, true
}

// encodeForNode encodes messages for a gateway or a registry.
func encodeForNode(e *wire.Envelope, message any) (size int, ok bool) {
	switch m := message.(type) {
	case statusFanout:
		s := &wire.StatusFanout{
			Room: string(m.status.RoomID), Epoch: m.status.Epoch, Version: m.status.Version, Since: m.status.Since,
			Full: m.status.Full(), Patch: m.status.Patch,
			Conns: m.conns, From: encodePID(m.room), Broadcast: m.broadcast, Whole: m.whole,
		}
		e.Body = &wire.Envelope_StatusFanout{StatusFanout: s}
		size = len(s.Full) + len(s.Patch) + 16*len(s.Conns)
	case findOwner:
		e.Body = &wire.Envelope_FindOwner{FindOwner: &wire.FindOwner{Room: string(m.room)}}
	case findRooms:
		e.Body = &wire.Envelope_FindRooms{FindRooms: &wire.FindRooms{User: string(m.user)}}
	default:
		return 0, false
	}
	return size, true
}

func encodeNote(kind wire.Note_Kind, room poker.RoomID, trace bool) *wire.Envelope_Note {
	return &wire.Envelope_Note{Note: &wire.Note{Kind: kind, Room: string(room), Trace: trace}}
}

// waitNotes are the kinds of notes about how it stands with a user's waiting.
var waitNotes = map[protocol.WaitState]wire.Note_Kind{
	protocol.WaitGoesOn:   wire.Note_WAITING,
	protocol.WaitAdmitted: wire.Note_ADMITTED,
	protocol.WaitRefused:  wire.Note_REFUSED,
	protocol.WaitEnded:    wire.Note_WAIT_ENDED,
}

func encodeRoomRequest(c caller, user poker.UserID, name string) *wire.Envelope_RoomRequest {
	return &wire.Envelope_RoomRequest{RoomRequest: &wire.RoomRequest{
		Conn: encodePID(c.conn), Raw: c.raw, User: string(user), Name: name, Origin: c.origin,
	}}
}

func encodePID(pid *actor.PID) *wire.Process {
	if pid == nil {
		return nil
	}
	return &wire.Process{Address: pid.Address, Name: pid.Id}
}
