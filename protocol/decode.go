package protocol

import (
	"bytes"
	"hash/fnv"
)

const (
	// Version is the version of the protocol, as welcome announces it.
	Version = 2
	// MaxMessage is how long a client's message may be, in bytes.
	MaxMessage = 16 << 10

	maxID = 64 // characters of a message's id
)

// Decode reads one client message. It returns a request, or why there is none,
// and never both. The error carries the message's id, request and roomId as far
// as they could be read; nothing of a message that is not JSON is trusted.
// Decode keeps nothing of data: what the request has of it is copied.
func Decode(data []byte) (Incoming, *Error) {
	fields, ok := scanMessage(data)
	if !ok {
		return Incoming{}, NewError(BadJSON)
	}
	o := object{fields: fields}
	in := Incoming{ID: o.id(), Name: o.text("request"), Digest: digest(data), Raw: bytes.Clone(data)}
	in.Request = o.request(in.Name)
	if o.refusal != "" {
		e := NewError(o.refusal)
		e.ID, e.Request = in.ID, in.Name
		e.RoomID = o.room().RoomID
		return Incoming{}, e
	}
	return in, nil
}

// digest is FNV-1a: the same in every process, so that a message sent again to
// another node is recognised there.
func digest(data []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(data) // a hash never fails
	return h.Sum64()
}

// request reads the fields of the request called name. The fields of a struct
// are read in the order they are written here, and the first refusal counts.
func (o *object) request(name string) Request {
	switch name {
	case "setName":
		return SetName{o.text("name")}
	case "createRoom":
		return CreateRoom{o.optionalText("topic"), o.optionalDeck(), o.optionalOptions()}
	case "forgetMe":
		return ForgetMe{}
	case "ping":
		return Ping{}
	case "joinRoom":
		return JoinRoom{o.room(), o.optionalRole()}
	case "leaveRoom":
		return LeaveRoom{o.room()}
	case "estimate":
		return Estimate{o.room(), o.round(), o.textOrNull("value"), o.optionalText("comment")}
	case "setRole":
		return SetRole{o.room(), o.role()}
	case "history":
		return History{o.room(), o.ordinal("before"), o.ordinal("limit")}
	default:
		return o.facilitation(name)
	}
}

// facilitation reads the fields of a request that steers a room.
func (o *object) facilitation(name string) Request {
	switch name {
	case "reveal":
		return Reveal{o.room(), o.round()}
	case "hide":
		return Hide{o.room(), o.round()}
	case "clear":
		return Clear{o.room(), o.round()}
	case "undo":
		return Undo{o.room(), o.round()}
	case "settle":
		return Settle{o.room(), o.round(), o.agreed()}
	case "setTopic":
		return SetTopic{o.room(), o.text("topic")}
	case "setTopics":
		return SetTopics{o.room(), o.texts("topics")}
	case "nextTopic":
		return NextTopic{o.room(), o.round()}
	case "startTimer":
		return StartTimer{o.room(), o.integer("seconds")}
	case "stopTimer":
		return StopTimer{o.room()}
	case "removeAway":
		return RemoveAway{o.room()}
	case "lockRoom":
		return LockRoom{o.room(), o.truth("locked")}
	default:
		return o.ownership(name)
	}
}

// ownership reads the fields of a request about the room as a whole and whose it is.
func (o *object) ownership(name string) Request {
	switch name {
	case "setDeck":
		return SetDeck{o.room(), o.deck()}
	case "setOptions":
		return SetOptions{o.room(), o.options()}
	case "setDeputy":
		return SetDeputy{o.room(), o.user(), o.truth("deputy")}
	case "transferRoom":
		return TransferRoom{o.room(), o.user()}
	case "removeMember":
		return RemoveMember{o.room(), o.user(), o.optionalTruth("forGood")}
	case "acceptRoom":
		return AcceptRoom{o.room()}
	case "closeRoom":
		return CloseRoom{o.room()}
	default:
		o.refuse(UnknownRequest)
		return nil
	}
}
