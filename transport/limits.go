package transport

import (
	"time"

	"example.com/pokey/protocol"
)

// Times that no connection gets more of.
const (
	pingInterval   = 25 * time.Second // below the usual idle limit of proxies, 30 s and more
	pongTimeout    = 10 * time.Second
	writeTimeout   = 5 * time.Second
	messageTimeout = 5 * time.Second // from a message's first byte to its last
	closeTimeout   = 2 * time.Second
)

// What a client may get wrong before it is cut.
const (
	errorWindow = 10 * time.Second
	maxErrors   = 10  // messages that are no requests
	maxRefused  = 100 // messages beyond the rate
)

// limits are what one connection may send.
type limits struct {
	messages rate
	overhead rate // frames that bring no message nearer
	bytes    rate

	answers, addressAnswers rate // long ones, in bytes
}

// newLimits derives the limits that clients are not told from the one they are.
// Whoever keeps to the message rate never meets them, with messages as long as
// they may be, in twenty fragments each; whoever is over it has been refused
// often enough by then to be cut anyway. Without a message rate there is none
// for bytes either.
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
