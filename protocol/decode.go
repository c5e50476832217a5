package protocol

import (
	"bytes"
	"hash/fnv"

	"example.com/pokey/poker"
)

const (
	// Version is the version of the protocol that welcome announces.
	Version = 2
	// MaxMessage is the length limit of a client's message, in bytes.
	MaxMessage = 16 << 10

	maxID = 64 // characters in a message's id
)

// Decode reads one client message in two steps: the scanner (scan.go) splits it
// into fields and refuses everything that is not strict JSON; then each request
// reads its own fields by name and type (object.go, request_fields.go).
//
// It returns either a request or the reason for its refusal. The refusal carries
// the message's id, request and roomId as far as they could be read, and none of
// them for a message that is not JSON. Decode does not retain data.
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

// digest is FNV-1a, which is the same in every process: another node recognises
// a repeated message by it.
func digest(data []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(data) // a hash never fails
	return h.Sum64()
}

// request reads the fields of the request called name, in the order in which they
// are written here; the first refusal counts.
func (o *object) request(name string) Request {
	switch name {
	case "setName":
		return SetName{o.text("name")}
	case "setMark":
		return SetMark{o.markPart("colour"), o.markPart("emoji")}
	case "createRoom":
		return CreateRoom{o.optionalText("topic"), o.optionalDeck(), o.optionalOptions()}
	case "forgetMe":
		return ForgetMe{}
	case "ping":
		return Ping{}
	case "resolveCode":
		return ResolveCode{o.text("code")}
	case "joinRoom":
		return JoinRoom{o.room(), o.optionalRole(), o.optionalBoolean("wait")}
	case "leaveRoom":
		return LeaveRoom{o.room()}
	case "estimate":
		return Estimate{o.room(), o.round(), o.textOrNull("value"), o.optionalText("comment")}
	case "estimateAhead":
		return EstimateAhead{o.room(), o.topicID(), o.textOrNull("value"), o.optionalText("comment")}
	case "setRole":
		return SetRole{o.room(), o.role()}
	case "history":
		return History{o.room(), o.optionalPositive("before"), o.optionalPositive("limit")}
	default:
		return o.facilitation(name)
	}
}

// facilitation reads the fields of a request for facilitators.
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
	case "amendRound":
		return AmendRound{o.room(), o.positive("finished"), o.agreed()}
	case "setTopic":
		return SetTopic{o.room(), o.story("topic")}
	case "setTopics":
		return SetTopics{o.room(), o.stories("topics")}
	case "addTopics":
		return AddTopics{o.room(), o.stories("topics")}
	case "nextTopic":
		return NextTopic{o.room(), o.round(), o.index()}
	case "revealAhead":
		return RevealAhead{o.room(), o.round()}
	case "startTimer":
		return StartTimer{o.room(), o.integer("seconds")}
	case "stopTimer":
		return StopTimer{o.room()}
	case "removeAway":
		return RemoveAway{o.room()}
	case "lockRoom":
		return LockRoom{o.room(), o.boolean("locked")}
	case "admitUser":
		return AdmitUser{o.room(), o.user(), o.boolean("admitted")}
	case "showCode":
		return ShowCode{o.room()}
	default:
		return o.ownership(name)
	}
}

// ownership reads the fields of a request for the owner, or about the owner.
func (o *object) ownership(name string) Request {
	switch name {
	case "setDeck":
		return SetDeck{o.room(), o.deck()}
	case "setOptions":
		return SetOptions{o.room(), o.options()}
	case "setDeputy":
		return SetDeputy{o.room(), o.user(), o.boolean("deputy")}
	case "transferRoom":
		return TransferRoom{o.room(), o.user()}
	case "removeMember":
		return RemoveMember{o.room(), o.user(), o.optionalBoolean("forGood")}
	case "acceptRoom":
		return AcceptRoom{o.room()}
	case "succeedRoom":
		return SucceedRoom{o.room()}
	case "closeRoom":
		return CloseRoom{o.room()}
	default:
		o.refuse(UnknownRequest)
		return nil
	}
}

// NewJoinRoom returns the request to join room in the role that the user had there.
// It has no id, so it is answered only if it is refused.
func NewJoinRoom(room poker.RoomID) Incoming {
	in, fault := Decode(append(appendQuoted([]byte(`{"request":"joinRoom","roomId":`), string(room)), '}'))
	if fault != nil {
		panic("protocol: " + string(fault.Code)) // a room id is never refused
	}
	return in
}
