package transport

import (
	"time"

	"example.com/pokey/protocol"
)

// The time-outs of a connection.
const (
	pingInterval   = 25 * time.Second // below the usual idle limit of proxies, 30 s and more
	pongTimeout    = 10 * time.Second
	writeTimeout   = 5 * time.Second
	messageTimeout = 5 * time.Second // from a message's first byte to its last
	closeTimeout   = 2 * time.Second
)

// A connection is closed when it exceeds these within errorWindow.
const (
	errorWindow = 10 * time.Second
	maxErrors   = 10  // messages that are not requests
	maxRefused  = 100 // messages beyond the rate
)

// limits are the limits of one connection.
type limits struct {
	messages rate
	overhead rate // frames that carry no message
	bytes    rate

	answers, addressAnswers rate // of long answers, in bytes
}

// newLimits derives the limits that clients are not told from the message rate. A
// client that keeps to that rate never meets them, even with messages of the
// greatest length in twenty fragments each. A client that exceeds it is refused,
// and closed for that, first. Without a message rate there is no limit for bytes
// either.
func newLimits(cfg *Config) limits {
	l := limits{overhead: rate{perSecond: 200, burst: 400}}
	if cfg.MessageRate <= 0 {
		return l
	}
	const longest = protocol.MaxMessage + 1<<10 // with the frames' headers
	burst := float64(max(1, cfg.MessageBurst))
	l.messages = rate{cfg.MessageRate, burst}
	l.overhead = rate{max(l.overhead.perSecond, 20*cfg.MessageRate), max(l.overhead.burst, 20*burst)}
	l.bytes = rate{
		perSecond: (cfg.MessageRate + maxRefused/errorWindow.Seconds()) * longest,
		burst:     (burst + maxRefused) * longest,
	}
	l.answers, l.addressAnswers = rate{answerRate, answerBurst}, rate{addressRate, addressBurst}
	return l
}
