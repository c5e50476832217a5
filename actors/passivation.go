package actors

import "time"

// No user or room that has nothing to do is kept in memory. A room without subscribers
// and a user without connections stop after a moment, provided that the store has all
// of their state and that no timer runs. The next message starts them again from their
// records, and the sweep wakes them for whatever is due at a certain time.

// passivateAfter is longer than it takes to reload a page.
const passivateAfter = 3 * time.Second

// passivate says that an actor has had nothing to do for a while.
type passivate struct{}

// passivationTimer runs while an actor has nothing to do.
type passivationTimer struct {
	inbox inbox
	timer *time.Timer
}

// update starts or stops the timer.
func (p *passivationTimer) update(idle bool) {
	switch {
	case !idle:
		p.stop()
	case p.timer == nil:
		p.timer = p.inbox.after(passivateAfter, passivate{})
	}
}

func (p *passivationTimer) stop() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
