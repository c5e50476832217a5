package chaos

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A client's status gap is the time for which it did not see the newest state of its
// room although the room changed. There are two causes, and the longest gap of both
// counts:
//
//   - A late change. The owner of each room keeps changing its topic to one with a
//     number. Every status carries the topic, so it shows which of these changes the
//     client has seen. The gap lasts from the sending of a change to the first status
//     with that change or a later one. For the owner, the sending is when the owner
//     wanted to send. For the others, it is when the request went out on the
//     connection on which it was answered: a server cannot show a change that it has
//     not received, and the owner's time without a connection is the owner's gap.
//   - A time without a connection: from its loss to the first status on the next
//     connection, if a change was requested in that time or was under way.

// change is one numbered change of a room's topic.
type change struct {
	number   int
	asked    time.Time // by the owner
	sent     time.Time // over the connection on which it was answered; zero until then
	answered time.Time // zero until then
}

// sighting is the first time that a client saw a room's topic with a number.
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

// gap is a status gap and its cause.
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

// describe returns the cause of the gap, with times in seconds since a beginning.
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
