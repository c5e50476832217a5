package client

import (
	"encoding/json"
	"maps"
	"time"
)

// Request is a request's fields by their names on the wire. A [Client] adds the
// id.
type Request map[string]any

// CreateRoom asks for a room; cards are those of its deck, none for one that
// takes any value.
func CreateRoom(deck string, cards []string) Request {
	return Request{"request": "createRoom", "deck": map[string]any{"name": deck, "cards": append([]string{}, cards...)}}
}

// JoinRoom asks to join; an empty role leaves it to the server.
func JoinRoom(roomID, role string) Request {
	r := Request{"request": "joinRoom", "roomId": roomID}
	if role != "" {
		r["role"] = role
	}
	return r
}

// LeaveRoom asks to leave.
func LeaveRoom(roomID string) Request {
	return Request{"request": "leaveRoom", "roomId": roomID}
}

// Estimate submits an estimate, or takes it back when value is nil. Round zero
// is no round, here and below.
func Estimate(roomID string, round int, value *string, comment string) Request {
	r := Request{"request": "estimate", "roomId": roomID, "value": value}
	if comment != "" {
		r["comment"] = comment
	}
	return r.in(round)
}

// Reveal asks to show the estimates.
func Reveal(roomID string, round int) Request {
	return Request{"request": "reveal", "roomId": roomID}.in(round)
}

// Hide asks to hide them again.
func Hide(roomID string, round int) Request {
	return Request{"request": "hide", "roomId": roomID}.in(round)
}

// Clear asks for the next round.
func Clear(roomID string, round int) Request {
	return Request{"request": "clear", "roomId": roomID}.in(round)
}

// SetTopic says what is being estimated.
func SetTopic(roomID, topic string) Request {
	return Request{"request": "setTopic", "roomId": roomID, "topic": topic}
}

func (r Request) in(round int) Request {
	if round != 0 {
		r["round"] = round
	}
	return r
}

// Encode is the request's message with the id, or without one if it is empty.
func (r Request) Encode(id string) []byte {
	fields := make(Request, len(r)+1)
	maps.Copy(fields, r)
	if id != "" {
		fields["id"] = id
	}
	msg, err := json.Marshal(fields)
	if err != nil {
		panic(err) // only for a value that JSON does not have, which is a mistake in the caller
	}
	return msg
}

// Reply is the one answer to a request.
type Reply struct {
	OK        bool
	Durable   bool   // of ok
	RoomID    string // of ok, where the request yields one
	Code      string // of error
	Retryable bool   // of error
	Sent      int    // how many times the request had been sent when this came

	Refused int       // how many times before it had been refused for the moment
	Conns   int       // over how many connections it was sent
	SentAt  time.Time // when it was first sent over the last of them
}
