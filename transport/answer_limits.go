package transport

import (
	"time"

	"example.com/pokey/protocol"
)

// Whole statuses and pages of a history are up to ten thousand times as long as the
// requests for them. So they are limited by bytes, for a connection and for an
// address. Patches, and statuses that nobody asked for, are not.
const (
	answerRate, answerBurst   = 256 << 10, 4 << 20
	addressRate, addressBurst = 4 << 20, 64 << 20
	answerDebt                = 2 * time.Minute
	addressDebt               = 30 * time.Second
	// longAnswer is the number of bytes from which an event counts.
	longAnswer = 4 << 10
)

// mayHaveLongAnswer reports whether the answer to a request may be long.
func mayHaveLongAnswer(in protocol.Incoming) bool {
	switch in.Request.(type) {
	case protocol.JoinRoom, protocol.History:
		return true
	default:
		return false
	}
}

// rationed reports whether the request must be refused, since its answer may be
// long and the client or its address has had too many long answers lately. A
// connection's first request is exempt from the limit of its address, so that a
// client that reconnects sees its room: its handshake was limited.
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

// chargeAnswer charges the connection and its address for a long answer. The caller
// holds mu.
func (c *Conn) chargeAnswer(bytes int) {
	limits, now := &c.server.limits, c.server.now()
	if bytes == 0 || limits.answers.unlimited() {
		return
	}
	c.answers.charge(limits.answers, float64(bytes), answerDebt, now)
	c.server.admission.chargeAnswer(c.addr, limits.addressAnswers, bytes, now)
}
