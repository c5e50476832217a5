package chaos

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

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

// sighting is when a client saw a room's topic have a number for the first time.
type sighting struct {
	number int
	at     time.Time
}

// outage is a time without a connection; to is zero while it lasts.
type outage struct{ from, to time.Time }

// gaps judges one client: the changes of its room since the watching began, in
// order, what it saw of them, in order, and its times without a connection.
type gaps struct {
	owner     bool
	changes   []change
	sightings []sighting
	outages   []outage
	end       time.Time // of the watching
}

// gap is a status gap and what made it.
type gap struct {
	took   time.Duration
	change change // the late change; number 0 for a time without a connection
	from   time.Time
	to     time.Time // the end of the watching if it lasted beyond
}

// longest is the longest status gap.
func (g gaps) longest() (most gap) {
	count := func(c change, from, to time.Time) {
		if d := to.Sub(from); d > most.took {
			most = gap{d, c, from, to}
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
		for next < len(g.sightings) && g.sightings[next].number < c.number {
			next++
		}
		seen := g.end
		if next < len(g.sightings) {
			seen = g.sightings[next].at
		}
		count(c, began, seen)
	}
	for _, b := range g.outages {
		if b.to.IsZero() {
			b.to = g.end
		}
		if g.changed(b) {
			count(change{}, b.from, b.to)
		}
	}
	return most
}

// describe says what made the gap, in seconds from a beginning.
func (g gap) describe(since time.Time) string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return fmt.Sprintf("%+.3f", t.Sub(since).Seconds())
	}
	if g.change.number == 0 {
		return fmt.Sprintf("without a connection from %s to %s", at(g.from), at(g.to))
	}
	c := g.change
	return fmt.Sprintf("topic %d asked for at %s, sent at %s, answered at %s, seen at %s", c.number, at(c.asked), at(c.sent), at(c.answered), at(g.to))
}

// changed reports whether the room changed, or was about to, in that time.
func (g gaps) changed(b outage) bool {
	for _, c := range g.changes {
		if c.asked.Before(b.to) && (c.answered.IsZero() || c.answered.After(b.from)) {
			return true
		}
	}
	return false
}

const topicPrefix = "topic "

func topicOf(number int) string { return fmt.Sprintf("%s%d", topicPrefix, number) }

// topicNumber is the number of the topic, 0 for one without.
func topicNumber(topic string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(topic, topicPrefix))
	return n
}
