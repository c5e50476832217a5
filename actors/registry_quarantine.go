package actors

import (
	"slices"
	"time"
)

// An identity whose actor panics crashLimit times within crashSpan gets no actor for
// quarantineTime: what it was asked to do would only break it again.
const (
	crashLimit     = 3
	crashSpan      = 10 * time.Second
	quarantineTime = time.Minute
)

// quarantine is when the actors of identities have panicked lately, by ID: the last
// crashLimit times of each, as long as they matter.
type quarantine map[string][]time.Time

// add notes a panic, and forgets what is over.
func (q quarantine) add(id string) {
	for other, times := range q {
		if time.Since(times[len(times)-1]) >= quarantineTime {
			delete(q, other)
		}
	}
	times := append(slices.Clone(q[id]), time.Now())
	q[id] = times[max(0, len(times)-crashLimit):]
}

// holds reports whether an identity must not have an actor now.
func (q quarantine) holds(id string) bool {
	times := q[id]
	if len(times) < crashLimit {
		return false
	}
	first, last := times[0], times[crashLimit-1]
	return last.Sub(first) <= crashSpan && time.Since(last) < quarantineTime
}
