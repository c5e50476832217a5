package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/wire"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// letterOf is a message as it crosses to another node, and about how many bytes
// that takes. A message without a letter is one that never leaves its node.
func envelopeOf(message any) (*wire.Envelope, int) {
	l, size := &wire.Envelope{}, 100
	switch m := message.(type) {
	case addressed:
		l, size = envelopeOf(m.message)
		l.Identity, l.View = m.id, m.view

	case attach:
		l.Body = &wire.Envelope_Attach{Attach: &wire.Attach{Conn: processOf(m.conn), Again: m.again, Issued: m.issued}}
	case signOut:
		l.Body = &wire.Envelope_SignOut{SignOut: &wire.SignOut{Conn: processOf(m.conn), Issued: m.issued}}
	case fromClient:
		l.Body = &wire.Envelope_Request{Request: &wire.Request{Conn: processOf(m.conn), Raw: m.in.Raw}}
		size += len(m.in.Raw)
	case claim:
		l.Body = noteOf(wire.Note_CLAIM, m.room)
	case notMember:
		l.Body = &wire.Envelope_Note{Note: &wire.Note{Kind: wire.Note_NOT_MEMBER, Room: string(m.room), Trace: m.trace}}
	case owns:
		l.Body = noteOf(wire.Note_OWNS, m.room)
	case ownsNot:
		l.Body = &wire.Envelope_Note{Note: &wire.Note{Kind: wire.Note_OWNS_NOT, Room: string(m.room), Trace: m.closed}}
	case notCreated:
		l.Body = noteOf(wire.Note_NOT_CREATED, m.room)
	case roomGone:
		l.Body = noteOf(wire.Note_ROOM_GONE, m.room)

	case create:
		l.Body = roomRequest(m.caller, m.owner, "")
		size += len(m.raw)
	case join:
		l.Body = roomRequest(m.caller, m.user, m.name)
		size += len(m.raw)
	case command:
		l.Body = roomRequest(m.caller, m.user, "")
		size += len(m.raw)
	case renamed:
		l.Body = &wire.Envelope_Renamed{Renamed: &wire.Renamed{User: string(m.user), Name: m.name}}
	case departed:
		l.Body = &wire.Envelope_Departed{Departed: &wire.Departed{User: string(m.user)}}
	case recognise:
		l.Body = &wire.Envelope_Recognise{Recognise: &wire.Recognise{User: string(m.user)}}
	case probe:
		l.Body = &wire.Envelope_Probe{Probe: &wire.Probe{Conn: processOf(m.conn), Version: m.version}}
	case delivered:
		l.Body = &wire.Envelope_Delivered{Delivered: &wire.Delivered{Broadcast: m.broadcast}}

	case deliverEvent:
		l.Body = &wire.Envelope_DeliverEvent{DeliverEvent: &wire.DeliverEvent{Event: m.event, Answers: m.answers}}
		size += len(m.event)
	case leftRoom:
		l.Body = &wire.Envelope_LeftRoom{LeftRoom: &wire.LeftRoom{Room: string(m.room), Event: m.event}}
		size += len(m.event)
	case disconnect:
		l.Body = &wire.Envelope_Disconnect{Disconnect: &wire.Disconnect{Code: uint32(m.code), Reason: m.reason}}
	case reattach:
		l.Body = &wire.Envelope_Reattach{Reattach: &wire.Reattach{}}
	case rejoin:
		l.Body = &wire.Envelope_Rejoin{Rejoin: &wire.Rejoin{Room: string(m.room)}}

	case statusFanout:
		s := showing(m.status)
		s.Patch, s.Conns, s.From, s.Broadcast, s.Whole = m.status.Patch, m.conns, processOf(m.room), m.broadcast, m.whole
		l.Body = &wire.Envelope_StatusFanout{StatusFanout: s}
		size += len(s.Full) + len(s.Patch) + 16*len(s.Conns)

	case findOwner:
		l.Body = &wire.Envelope_FindOwner{FindOwner: &wire.FindOwner{Room: string(m.room)}}
	case findRooms:
		l.Body = &wire.Envelope_FindRooms{FindRooms: &wire.FindRooms{User: string(m.user)}}
	case *wire.Envelope:
		return m, size
	default:
		panic(fmt.Sprintf("actors: %T does not leave its node", message))
	}
	return l, size
}

func noteOf(kind wire.Note_Kind, room poker.RoomID) *wire.Envelope_Note {
	return &wire.Envelope_Note{Note: &wire.Note{Kind: kind, Room: string(room)}}
}

func roomRequest(a caller, user poker.UserID, name string) *wire.Envelope_RoomRequest {
	return &wire.Envelope_RoomRequest{RoomRequest: &wire.RoomRequest{Conn: processOf(a.conn), Raw: a.raw, User: string(user), Name: name}}
}

func showing(s *protocol.Status) *wire.StatusFanout {
	return &wire.StatusFanout{Room: string(s.RoomID), Epoch: s.Epoch, Version: s.Version, Since: s.Since, Full: s.Full()}
}

func processOf(pid *actor.PID) *wire.Process {
	if pid == nil {
		return nil
	}
	return &wire.Process{Address: pid.Address, Name: pid.Id}
}

func pidOf(p *wire.Process) *actor.PID {
	if p == nil {
		return nil
	}
	return actor.NewPID(p.GetAddress(), p.GetName())
}

// messageOf is what a letter says. It is nil for one that this node does not
// understand, which a newer one may have sent.
func messageOf(l *wire.Envelope) any {
	message := bodyOf(l)
	if message == nil || l.GetIdentity() == "" {
		return message
	}
	return addressed{id: l.GetIdentity(), view: l.GetView(), message: message}
}

func bodyOf(l *wire.Envelope) any {
	switch b := l.GetBody().(type) {
	case *wire.Envelope_Attach:
		return attach{conn: pidOf(b.Attach.GetConn()), again: b.Attach.GetAgain(), issued: b.Attach.GetIssued()}
	case *wire.Envelope_SignOut:
		return signOut{conn: pidOf(b.SignOut.GetConn()), issued: b.SignOut.GetIssued()}
	case *wire.Envelope_Request:
		return fromClientOf(b.Request)
	case *wire.Envelope_Note:
		return noteMessage(b.Note)
	case *wire.Envelope_RoomRequest:
		return roomRequestOf(b.RoomRequest)
	case *wire.Envelope_Renamed:
		return renamed{user: poker.UserID(b.Renamed.GetUser()), name: b.Renamed.GetName()}
	case *wire.Envelope_Departed:
		return departed{poker.UserID(b.Departed.GetUser())}
	case *wire.Envelope_Recognise:
		return recognise{poker.UserID(b.Recognise.GetUser())}
	case *wire.Envelope_Probe:
		return probe{conn: pidOf(b.Probe.GetConn()), version: b.Probe.GetVersion()}
	case *wire.Envelope_Delivered:
		return delivered{b.Delivered.GetBroadcast()}
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
	case *wire.Envelope_StatusFanout:
		return statusFanoutOf(b.StatusFanout)
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

func noteMessage(n *wire.Note) any {
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
	case wire.Note_UNKNOWN:
	}
	return nil
}

func fromClientOf(r *wire.Request) any {
	in, fault := protocol.Decode(r.GetRaw())
	if fault != nil {
		return nil // the node of the client has read it, so it is of a newer kind
	}
	return fromClient{conn: pidOf(r.GetConn()), in: in}
}

// roomRequestOf tells the three ways to ask something of a room apart.
func roomRequestOf(r *wire.RoomRequest) any {
	in, fault := protocol.Decode(r.GetRaw())
	if fault != nil {
		return nil
	}
	by, user := callerOf(pidOf(r.GetConn()), in), poker.UserID(r.GetUser())
	if request, ok := in.Request.(protocol.CreateRoom); ok {
		return create{caller: by, owner: user, request: request}
	}
	if request, ok := in.Request.(protocol.JoinRoom); ok {
		return join{caller: by, user: user, name: r.GetName(), role: request.Role}
	}
	if request, ok := in.Request.(protocol.RoomRequest); ok {
		return command{caller: by, user: user, request: request}
	}
	return nil
}

func statusFanoutOf(s *wire.StatusFanout) any {
	status := protocol.EncodedStatus(poker.RoomID(s.GetRoom()), s.GetEpoch(), s.GetVersion(), s.GetFull())
	if len(s.GetPatch()) > 0 {
		status.Since, status.Patch = s.GetSince(), s.GetPatch()
	}
	return statusFanout{status: status, conns: s.GetConns(), whole: s.GetWhole(), room: pidOf(s.GetFrom()), broadcast: s.GetBroadcast()}
}
