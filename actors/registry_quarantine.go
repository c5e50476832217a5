package actors

import "time"

// An identity whose actor panics crashLimit times within crashSpan gets no actor for
// quarantineTime: what it was asked to do would only break it again.
const (
	crashLimit     = 3
	crashSpan      = 10 * time.Second
	quarantineTime = time.Minute
)

// quarantine is when the actors of identities have panicked lately, by ID.
type quarantine map[string][]time.Time

func (q quarantine) add(id string) { q[id] = append(q[id], time.Now()) }

// holds reports whether an identity must not have an actor now.
func (q quarantine) holds(id string) bool {
	times := q[id]
	if len(times) == 0 {
		return false
	}
	last := times[len(times)-1]
	if len(times) >= crashLimit && last.Sub(times[len(times)-crashLimit]) <= crashSpan && time.Since(last) < quarantineTime {
		return true
	}
	if time.Since(last) >= quarantineTime {
		delete(q, id)
	}
	return false
}
