package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/record"
	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// decodeMessage returns the message in an envelope. It is nil for one that this node
// does not know, which a newer node may send.
func decodeMessage(e *wire.Envelope) any {
	message := decodeBody(e)
	if message == nil || e.GetIdentity() == "" {
		return message
	}
	return addressed{id: e.GetIdentity(), view: e.GetView(), message: message}
}

func decodeBody(e *wire.Envelope) any {
	switch b := e.GetBody().(type) {
	case *wire.Envelope_DeliverEvent:
		return deliverEvent{event: b.DeliverEvent.GetEvent(), answers: b.DeliverEvent.GetAnswers()}
	case *wire.Envelope_LeftRoom:
		return leftRoom{poker.RoomID(b.LeftRoom.GetRoom()), b.LeftRoom.GetEvent()}
	case *wire.Envelope_Disconnect:
		return disconnect{protocol.CloseCode(b.Disconnect.GetCode()), b.Disconnect.GetReason()}
	case *wire.Envelope_Reattach:
		return reattach{}
	case *wire.Envelope_Rejoin:
		return rejoin{poker.RoomID(b.Rejoin.GetRoom())}

	case *wire.Envelope_RoomRequest:
		return decodeRoomRequest(b.RoomRequest, decodeSpan(e.GetSpan()))
	case *wire.Envelope_Renamed:
		mark := poker.Mark{Colour: b.Renamed.GetColour(), Emoji: b.Renamed.GetEmoji()}
		return renamed{user: poker.UserID(b.Renamed.GetUser()), name: b.Renamed.GetName(), mark: mark}
	case *wire.Envelope_Departed:
		return departed{poker.UserID(b.Departed.GetUser())}
	case *wire.Envelope_Recognise:
		return recognise{poker.UserID(b.Recognise.GetUser())}
	case *wire.Envelope_Probe:
		return probe{conn: decodePID(b.Probe.GetConn()), version: b.Probe.GetVersion()}
	case *wire.Envelope_Delivered:
		return delivered{b.Delivered.GetBroadcast()}

	case *wire.Envelope_Attach:
		return attach{conn: decodePID(b.Attach.GetConn()), again: b.Attach.GetAgain(), issued: b.Attach.GetIssued()}
	case *wire.Envelope_SignOut:
		return signOut{conn: decodePID(b.SignOut.GetConn()), issued: b.SignOut.GetIssued()}
	case *wire.Envelope_Request:
		return decodeRequest(b.Request, decodeSpan(e.GetSpan()))
	case *wire.Envelope_Note:
		return decodeNote(b.Note)
	}
	return decodeForNode(e)
}

// decodeForNode decodes messages for a gateway or a registry.
func decodeForNode(e *wire.Envelope) any {
	switch b := e.GetBody().(type) {
	case *wire.Envelope_StatusFanout:
		s := b.StatusFanout
		return statusFanout{
			status: decodeStatus(s), conns: s.GetConns(), whole: s.GetWhole(),
			room: decodePID(s.GetFrom()), broadcast: s.GetBroadcast(), span: decodeSpan(e.GetSpan()),
		}
	case *wire.Envelope_FindOwner:
		return findOwner{poker.RoomID(b.FindOwner.GetRoom())}
	case *wire.Envelope_FindRooms:
		return findRooms{poker.UserID(b.FindRooms.GetUser())}
	case *wire.Envelope_AckRequest:
		return b.AckRequest
	case *wire.Envelope_Ack:
		return b.Ack
	}
	return nil
}

func decodeNote(n *wire.Note) any {
	room := poker.RoomID(n.GetRoom())
	switch n.GetKind() {
	case wire.Note_CLAIM:
		return claim{room}
	case wire.Note_NOT_MEMBER:
		return notMember{room: room, trace: n.GetTrace()}
	case wire.Note_OWNS:
		return owns{room}
	case wire.Note_OWNS_NOT:
		return ownsNot{room, n.GetTrace()}
	case wire.Note_NOT_CREATED:
		return notCreated{room}
	case wire.Note_ROOM_GONE:
		return roomGone{room}
	case wire.Note_WAITING:
		return waits{room, protocol.WaitGoesOn}
	case wire.Note_ADMITTED:
		return waits{room, protocol.WaitAdmitted}
	case wire.Note_REFUSED:
		return waits{room, protocol.WaitRefused}
	case wire.Note_WAIT_ENDED:
		return waits{room, protocol.WaitEnded}
	case wire.Note_UNKNOWN:
	}
	return nil
}

func decodeRequest(r *wire.Request, span spanRef) any {
	in, fault := protocol.Decode(r.GetRaw())
	if fault != nil {
		return nil // the client's node has decoded it, so it is a newer request
	}
	return fromClient{conn: decodePID(r.GetConn()), in: in, origin: r.GetOrigin(), span: span}
}

// decodeRoomRequest tells apart the messages that carry a request to a room.
func decodeRoomRequest(r *wire.RoomRequest, span spanRef) any {
	in, fault := protocol.Decode(r.GetRaw())
	if fault != nil {
		return nil
	}
	by, user := callerOf(decodePID(r.GetConn()), in), poker.UserID(r.GetUser())
	by.origin, by.span = r.GetOrigin(), span
	if _, ok := in.Request.(protocol.SucceedRoom); ok {
		return decodeSuccession(by, user, r)
	}
	if request, ok := in.Request.(protocol.CreateRoom); ok {
		return create{caller: by, owner: user, request: request}
	}
	if request, ok := in.Request.(protocol.JoinRoom); ok {
		mark := poker.Mark{Colour: r.GetColour(), Emoji: r.GetEmoji()}
		return join{caller: by, user: user, name: r.GetName(), mark: mark, role: request.Role, wait: request.Wait}
	}
	if request, ok := in.Request.(protocol.RoomRequest); ok {
		return command{caller: by, user: user, request: request}
	}
	return nil
}

// decodeSuccession decodes a request to go on in another room on its way to the old
// room, with the new one's ID, or to the new room, with what it begins with.
func decodeSuccession(by caller, user poker.UserID, r *wire.RoomRequest) any {
	if r.GetRoom() != "" {
		return succeed{caller: by, user: user, room: poker.RoomID(r.GetRoom())}
	}
	settings, err := record.DecodeStart(r.GetSettings(), r.GetTopics())
	if err != nil {
		return nil
	}
	return create{caller: by, owner: user, settings: &settings}
}

func decodePID(p *wire.Process) *actor.PID {
	if p == nil {
		return nil
	}
	return actor.NewPID(p.GetAddress(), p.GetName())
}

// decodeStatus restores the status of a fanout, with or without a patch.
func decodeStatus(s *wire.StatusFanout) *protocol.Status {
	status := protocol.EncodedStatus(poker.RoomID(s.GetRoom()), s.GetEpoch(), s.GetVersion(), s.GetFull())
	if len(s.GetPatch()) > 0 {
		status.Since, status.Patch = s.GetSince(), s.GetPatch()
	}
	return status
}
