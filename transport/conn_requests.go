package transport

import (
	"time"

	"example.com/pokey/protocol"
)

// handle passes a message on to the session if it is a request and within the
// client's limits.
func (c *Conn) handle(data []byte) {
	now := c.server.now()
	c.server.counters.messages.Add(1)
	in, fault := protocol.Decode(data)
	switch {
	case !c.messages.take(c.server.limits.messages, 1, now):
		c.refuse(rateLimited(in, fault))
		if c.refusals.add(maxRefused, errorWindow, now) {
			c.Close(protocol.CloseRateLimited, "too many messages")
		}
	case fault != nil:
		c.refuse(fault)
		if c.errors.add(maxErrors, errorWindow, now) {
			c.Close(protocol.CloseTooManyErrors, "too many errors")
		}
	case c.tooManyEnds(in, now):
		c.server.ObserveSecurity(LimitedEndings, c.addr)
		c.refuse(refusalOf(protocol.RateLimited, in))
	case createsRoom(in) && !c.server.admission.takeRoom(c.addr, now):
		c.server.ObserveSecurity(LimitedRooms, c.addr)
		c.refuse(refusalOf(protocol.RateLimited, in))
	case c.rationed(in, now):
		c.server.ObserveSecurity(LimitedAnswers, c.addr)
		c.refuse(refusalOf(protocol.RateLimited, in))
	case c.share.held.Load() > 0 && c.server.budget.halfUsed():
		c.refuse(refusalOf(protocol.Unavailable, in))
	default:
		if asked, ok := in.Request.(protocol.ResolveCode); ok {
			c.resolveCode(in, asked.Code)
			return
		}
		c.session.Handle(in)
	}
}

// createsRoom reports whether a request asks for a new room.
func createsRoom(in protocol.Incoming) bool {
	_, creates := in.Request.(protocol.CreateRoom)
	_, succeeds := in.Request.(protocol.SucceedRoom)
	return creates || succeeds
}

// tooManyEnds reports whether the request would end more users than the address may
// end.
func (c *Conn) tooManyEnds(in protocol.Incoming, now time.Duration) bool {
	_, ok := in.Request.(protocol.ForgetMe)
	return ok && c.server.admission.takeEnd(c.addr, now) > 0
}

// rateLimited returns the refusal of a message that came too fast, be it a request
// or not.
func rateLimited(in protocol.Incoming, fault *protocol.Error) *protocol.Error {
	if fault == nil {
		return refusalOf(protocol.RateLimited, in)
	}
	why := protocol.NewError(protocol.RateLimited)
	why.ID, why.Request, why.RoomID = fault.ID, fault.Request, fault.RoomID
	return why
}

// refusalOf returns the refusal of a request.
func refusalOf(code protocol.Code, in protocol.Incoming) *protocol.Error {
	why := protocol.NewError(code)
	why.ID, why.Request = in.ID, in.Name
	if about, ok := in.Request.(protocol.RoomRequest); ok {
		why.RoomID = about.Room()
	}
	return why
}

func (c *Conn) refuse(why *protocol.Error) {
	c.server.counters.refusal(why.Code)
	c.Send(protocol.Encode(why))
}
