package cluster

import (
	"sync"
	"time"
)

// How many security events are logged: a few at once, and then one for each
// while. Those in between are counted, and the next line says how many they were.
const (
	alarmsAtOnce = 10
	alarmEvery   = 10 * time.Second
)

// alarms is what of them has been logged.
type alarms struct {
	mu     sync.Mutex
	spent  int
	since  time.Time // up to when what was spent has come back
	silent int       // not logged
}

// take reports whether one may be logged, and how many have not been since the
// last that was.
func (a *alarms) take(now time.Time) (silent int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	back := int(now.Sub(a.since) / alarmEvery)
	if a.spent = max(0, a.spent-back); a.spent == 0 {
		a.since = now
	} else {
		a.since = a.since.Add(time.Duration(back) * alarmEvery)
	}
	if a.spent >= alarmsAtOnce {
		a.silent++
		return 0, false
	}
	a.spent++
	silent, a.silent = a.silent, 0
	return silent, true
}

// alarm logs that somebody at address did what no node does. Reason quotes
// nothing of what was sent.
func (n *Node) alarm(kind, address, reason string) {
	silent, ok := n.alarms.take(time.Now())
	if !ok {
		return
	}
	attrs := []any{"kind", kind}
	if !n.conf.HideAddresses {
		attrs = append(attrs, "address", address)
	}
	if silent > 0 {
		attrs = append(attrs, "unlogged", silent)
	}
	n.conf.Log.Warn("security", append(attrs, "reason", reason)...)
}
