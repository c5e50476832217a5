package transport

import (
	"time"

	"example.com/pokey/protocol"
)

// Whole statuses and pages of a history are up to ten thousand times as long as
// the requests for them, so they are rationed by bytes: for a connection, and for
// an address. Patches, and statuses that the server sends unasked, are not.
const (
	answerRate, answerBurst   = 256 << 10, 4 << 20
	addressRate, addressBurst = 4 << 20, 64 << 20
	answerDebt                = 2 * time.Minute
	addressDebt               = 30 * time.Second
	// longAnswer is from how many bytes on an event counts.
	longAnswer = 4 << 10
)

// mayHaveLongAnswer says whether the answer to a request may be long.
func mayHaveLongAnswer(in protocol.Incoming) bool {
	switch in.Request.(type) {
	case protocol.JoinRoom, protocol.History:
		return true
	default:
		return false
	}
}

// rationed says that the client has been answered too many bytes lately, or its
// address has, to be given another long answer. A connection's first is only
// rationed as its handshake was, so that whoever reconnects sees their room.
func (c *Conn) rationed(in protocol.Incoming, now time.Duration) bool {
	limits := &c.server.limits
	if !mayHaveLongAnswer(in) || limits.answers.unlimited() {
		return false
	}
	first := !c.hadLongAnswer
	c.hadLongAnswer = true
	c.mu.Lock()
	c.answers.settle(limits.answers, now)
	own := c.answers.used > limits.answers.burst
	c.mu.Unlock()
	return own || !first && c.server.admission.answersExhausted(c.addr, limits.addressAnswers, now)
}

// chargeAnswer counts a long answer. The caller holds mu.
func (c *Conn) chargeAnswer(bytes int) {
	limits, now := &c.server.limits, c.server.now()
	if bytes == 0 || limits.answers.unlimited() {
		return
	}
	c.answers.charge(limits.answers, float64(bytes), answerDebt, now)
	c.server.admission.chargeAnswer(c.addr, limits.addressAnswers, bytes, now)
}
