package client

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// Backoff is how long a client waits before it connects again: a random time
// between Least and a ceiling that doubles from Min to Max with every failed
// attempt.
type Backoff struct{ Least, Min, Max time.Duration }

// DefaultBackoff is the page's.
var DefaultBackoff = Backoff{Least: 500 * time.Millisecond, Min: time.Second, Max: 10 * time.Second}

const (
	atOnceJitter = 500 * time.Millisecond // spreads those told to come back at once
	penalty      = 15 * time.Second       // at least, after sending too much
)

// After says how long to wait after a connection or an attempt at one ended
// with err, being the attempt-th (from 0) since the last that worked, and
// whether to try again at all: by the class of the close code, and a session
// that the server does not know is not tried again.
func (b Backoff) After(err error, attempt int) (wait time.Duration, again bool) {
	wait = b.jitter(attempt)
	if closed, ok := errors.AsType[*CloseError](err); ok {
		switch code := closed.Code; {
		case code >= 4000 && code < 4100:
			return 0, false
		case code == 4103 || code == 4104:
			return penalty + wait, true
		case code >= 4200 && code < 4300:
			return b.atOnce(), true
		}
		return wait, true
	}
	if refused, ok := errors.AsType[*HandshakeError](err); ok {
		switch refused.Status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			return max(refused.RetryAfter, wait), true
		}
		return wait, refused.Status >= 500
	}
	return wait, true
}

// atOnce is the wait of those who are told to come back at once.
func (b Backoff) atOnce() time.Duration { return upTo(min(atOnceJitter, b.Max)) }

func (b Backoff) jitter(attempt int) time.Duration {
	ceiling := b.Min
	for range attempt {
		if ceiling *= 2; ceiling >= b.Max {
			break
		}
	}
	return b.Least + upTo(max(min(ceiling, b.Max)-b.Least, 0))
}

func upTo(d time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(d) + 1)) }
