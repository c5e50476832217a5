package load

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// peerMember is a subscriber of a peer with their one connection.
type peerMember struct {
	room     *peerRoom
	number   int
	conn     *client.Conn
	requests int // so far; the id of the newest
	waiting  []waitingAck
}

type waitingAck struct {
	id   int
	sent time.Time
}

// join connects and subscribes.
func (m *peerMember) join(ctx context.Context, url string) (err error) {
	if m.conn, err = client.DialPlain(ctx, url); err != nil {
		return err
	}
	for _, request := range []string{`"connect":{}`, `"subscribe":{"channel":"` + m.room.channel + `"}`} {
		m.requests++
		if err := m.conn.Write([]byte(`{"id":` + strconv.Itoa(m.requests) + `,` + request + `}`)); err != nil {
			return err
		}
		answer, err := m.conn.Read()
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(answer, []byte(`{"id":`)) || bytes.Contains(answer, []byte(`"error"`)) {
			return fmt.Errorf("%s: the peer answers %.200s", request, answer)
		}
	}
	return nil
}

// publish publishes an estimate, a reveal or a clear.
func (m *peerMember) publish(p publication) {
	msg := append(make([]byte, 0, 160), `{"id":`...)
	msg = strconv.AppendInt(msg, int64(p.id), 10)
	msg = append(msg, `,"publish":{"channel":"`...)
	msg = append(msg, m.room.channel...)
	msg = append(msg, `","data":{"round":`...)
	msg = strconv.AppendInt(msg, int64(p.number), 10)
	msg = append(msg, `,"step":`...)
	msg = strconv.AppendInt(msg, int64(p.step), 10)
	if int(p.step) < len(m.room.members) {
		msg = append(msg, `,"value":"`...)
		msg = append(msg, values[(int(p.step)+p.number)%len(values)]...)
		msg = append(msg, '"')
	}
	msg = append(msg, `}}}`...)
	_ = m.conn.Write(msg) // a connection that cannot be written to is found out by its reader
}

// read reads the connection until it ends, and returns the cause.
func (m *peerMember) read() error {
	for {
		msg, err := m.conn.Read()
		if err != nil {
			return err
		}
		now := time.Now()
		for line := range bytes.SplitSeq(msg, []byte{'\n'}) {
			if err := m.receive(line, now); err != nil {
				return err
			}
		}
	}
}

// receive processes one message of a frame, which may have several.
func (m *peerMember) receive(line []byte, now time.Time) error {
	switch {
	case string(line) == "{}":
		_ = m.conn.Write([]byte("{}")) // a ping, and its pong
	case bytes.HasPrefix(line, []byte(`{"push":{"channel":`)) && bytes.Contains(line, []byte(`"pub":{`)):
		number, okNumber := field(line, `"round":`)
		s, okStep := field(line, `"step":`)
		if !okNumber || !okStep {
			return fmt.Errorf("not what was published: %.200s", line)
		}
		publish(m.room.seen(m, step(s), number, now))
	case bytes.HasPrefix(line, []byte(`{"id":`)) && !bytes.Contains(line, []byte(`"error"`)):
		id, _ := field(line, `{"id":`)
		m.room.answered(m, id, now)
	case len(line) > 0:
		return fmt.Errorf("the peer says %.200s", line)
	}
	return nil
}

// field returns the number behind a name.
func field(line []byte, name string) (n int, found bool) {
	i := bytes.Index(line, []byte(name))
	if i < 0 {
		return 0, false
	}
	for _, c := range line[i+len(name):] {
		if c < '0' || c > '9' {
			break
		}
		n, found = 10*n+int(c-'0'), true
	}
	return n, found
}
