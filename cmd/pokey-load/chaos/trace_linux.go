package chaos

import (
	"fmt"
	"os"
	"time"

	"example.com/pokey/cmd/pokey-load/report"
	"example.com/pokey/cmd/pokey-load/wire"
)

// receivedMessage is the head of a message that a member got, or the loss of their
// connection.
type receivedMessage struct {
	at   time.Time
	what string
}

// record records the head of a message. It is called with mu held.
func (m *member) record(at time.Time, head wire.Head) {
	what := head.Event
	switch head.Event {
	case wire.RoomStatus:
		what = fmt.Sprintf("status of version %d", head.Version)
	case wire.RoomPatch:
		what = fmt.Sprintf("patch from version %d to %d", head.Since, head.Version)
	case wire.OK, wire.Error:
		what = fmt.Sprintf("%s %s to %s", head.Event, head.Code, head.ID)
	}
	m.received = append(m.received, receivedMessage{at, what})
}

// writeTrace writes to a file what a member received around their longest gap, and
// how the room changed meanwhile.
func (m *member) writeTrace(name string, most gap, since time.Time) error {
	file, err := os.Create(name) //nolint:gosec // it is the run's directory
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return fmt.Sprintf("%+.3f", t.Sub(since).Seconds())
	}
	p := report.NewPrinter(file)
	p.Line("room %s, user %s, home %s, on %s; times are seconds since %s", m.room.id, m.UserID(), nodeNames[m.home], nodeNames[m.at()], since.UTC().Format("15:04:05.000"))
	p.Line("%s", most.describe(since))
	m.room.mu.Lock()
	for _, c := range m.room.changes {
		p.Row(fmt.Sprintf("topic %d", c.number), "asked "+at(c.asked), "sent "+at(c.sent), "answered "+at(c.answered))
	}
	for _, a := range m.room.answers {
		p.Row(fmt.Sprintf("answer to %s on %s", a.by.UserID(), nodeNames[a.by.at()]), "asked "+at(a.asked), "answered "+at(a.asked.Add(a.took)),
			fmt.Sprintf("ok %v %s, sent %d times over %d connections, put off %d times", a.reply.OK, a.reply.Code, a.reply.Sent, a.reply.Conns, a.reply.Refused))
	}
	m.room.mu.Unlock()
	m.mu.Lock()
	for _, h := range m.received {
		p.Row("got", at(h.at), h.what)
	}
	m.mu.Unlock()
	if err := p.Flush(); err != nil {
		_ = file.Close()
		return fmt.Errorf("trace: %w", err)
	}
	return file.Close()
}
