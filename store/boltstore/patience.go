package boltstore

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// patience ends the wait for calls that are not answered in time, with one timer for all
// of them: a disk that hangs is rare, and a commit should not pay a timer for it.
type patience struct {
	mu    sync.Mutex
	calls []watched // in the order in which they were started
	timer *time.Timer
	armed bool
}

// errStalled ends a call that the disk does not answer in time.
var errStalled = fmt.Errorf("the disk does not answer: %w", context.DeadlineExceeded)

// watched is a call and when it is given up.
type watched struct {
	call *call
	at   time.Time
}

// watch gives a call up after a timeout. Callers use the same timeout; a call with a
// shorter one than those before it may be given up with them.
func (p *patience) watch(c *call, timeout time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trim()
	p.calls = append(p.calls, watched{c, time.Now().Add(timeout)})
	switch {
	case p.armed:
	case p.timer == nil:
		p.timer, p.armed = time.AfterFunc(timeout, p.check), true
	default:
		p.armed = true
		p.timer.Reset(timeout)
	}
}

// trim forgets the oldest calls as far as they are answered.
func (p *patience) trim() {
	n := 0
	for n < len(p.calls) && p.calls[n].call.answered.Load() {
		n++
	}
	if n == 0 {
		return
	}
	left := copy(p.calls, p.calls[n:])
	clear(p.calls[left:])
	p.calls = p.calls[:left]
}

// check gives up what is overdue.
func (p *patience) check() {
	var overdue []*call
	p.mu.Lock()
	p.trim()
	now := time.Now()
	for _, w := range p.calls {
		if w.at.After(now) {
			break
		}
		overdue = append(overdue, w.call)
	}
	left := copy(p.calls, p.calls[len(overdue):])
	clear(p.calls[left:])
	p.calls = p.calls[:left]
	if p.armed = left > 0; p.armed {
		p.timer.Reset(p.calls[0].at.Sub(now))
	}
	p.mu.Unlock()
	for _, c := range overdue {
		c.reply(errStalled)
	}
}
