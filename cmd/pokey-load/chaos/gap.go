package chaos

import "time"

// A client's status gap is the time for which it could not be shown the newest
// state of its room while that changed. Two things make one, and the longest of
// all of them counts:
//
//   - a change that was late. The owner of each room changes its topic all the
//     time, to one with a number, and every status carries the topic: so what a
//     client was shown says which of these changes it has seen. The gap is from
//     the sending of the change to the first status with it or a later one. To
//     the owner sending is when the owner wanted to; to the others it is when
//     the request went out on the connection on which it was answered, for a
//     server cannot show what it was not told, and the owner's own time without
//     a connection is the owner's gap.
//   - a time without a connection: from its loss to the first status on the next
//     one, if a change was asked for in that time or was under way.

// change is one numbered change of a room's topic.
type change struct {
	number   int
	asked    time.Time // by the owner
	sent     time.Time // over the connection on which it was answered; zero until then
	answered time.Time // zero until then
}

// sight is when a client saw a room's topic have a number for the first time.
type sight struct {
	number int
	at     time.Time
}

// blind is a time without a connection; to is zero while it lasts.
type blind struct{ from, to time.Time }

// gaps judges one client: the changes of its room since the watching began, in
// order, what it saw of them, in order, and its times without a connection.
type gaps struct {
	owner   bool
	changes []change
	sights  []sight
	blinds  []blind
	end     time.Time // of the watching
}

// longest is the longest status gap, and its beginning.
func (g gaps) longest() (gap time.Duration, from time.Time) {
	count := func(began, ended time.Time) {
		if d := ended.Sub(began); d > gap {
			gap, from = d, began
		}
	}
	next := 0 // the first sight that may show a change
	for _, c := range g.changes {
		began := c.sent
		if g.owner {
			began = c.asked
		}
		if began.IsZero() {
			continue // it was never answered, and when the others should have seen it is not known
		}
		for next < len(g.sights) && g.sights[next].number < c.number {
			next++
		}
		seen := g.end
		if next < len(g.sights) {
			seen = g.sights[next].at
		}
		count(began, seen)
	}
	for _, b := range g.blinds {
		if b.to.IsZero() {
			b.to = g.end
		}
		if g.changed(b) {
			count(b.from, b.to)
		}
	}
	return gap, from
}

// changed reports whether the room changed, or was about to, in that time.
func (g gaps) changed(b blind) bool {
	for _, c := range g.changes {
		if c.asked.Before(b.to) && (c.answered.IsZero() || c.answered.After(b.from)) {
			return true
		}
	}
	return false
}
