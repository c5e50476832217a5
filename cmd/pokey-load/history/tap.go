package history

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/pokey/cmd/pokey-load/client"
)

// A canary is canaryPrefix and canaryLetters lower-case letters and digits: an
// estimate of 16 characters at most that no other part of a message contains.
const (
	canaryPrefix  = "zqx"
	canaryLetters = 12
)

// NewCanary makes a word to use as an estimate's value or comment.
func NewCanary() string {
	return canaryPrefix + strings.ToLower(rand.Text()[:canaryLetters])
}

// canary is a word that is known to be part of an estimate.
type canary struct {
	op        *Op
	disclosed bool // it may be in anybody's messages: it was, or may have been, revealed
}

// tap knows which of a room's canaries may be visible.
type tap struct {
	live    []*canary    // may be the estimates of now
	reveals []reveal     // all that the owner asked for
	open    bool         // the room may be revealed now
	shown   map[int]bool // rounds that were found to be rightly revealed
	asked   int          // clears that were asked for
	cleared int          // clears that were acknowledged
}

// reveal is a request to reveal and the rounds that it may have found.
type reveal struct {
	op          *Op
	first, last int // last is 0 until it is answered
}

func newTap() tap { return tap{shown: make(map[int]bool)} }

// tapBegin is called with mu held.
func (h *History) tapBegin(r *room, op *Op) {
	switch op.Kind {
	case Estimate:
		for _, word := range []string{op.Value, op.Comment} {
			if strings.HasPrefix(word, canaryPrefix) {
				c := &canary{op: op, disclosed: r.tap.open}
				h.canaries[word] = c
				r.tap.live = append(r.tap.live, c)
			}
		}
	case Reveal:
		if op.User != r.owner {
			return // must be refused, and so makes nothing visible
		}
		r.tap.open = true
		r.tap.reveals = append(r.tap.reveals, reveal{op: op, first: 1 + r.tap.cleared})
		for _, c := range r.tap.live {
			c.disclosed = true
		}
	case Clear:
		r.tap.asked++
	case Join, Withdraw, Hide, SetTopic:
	}
}

// tapEnd takes into account that a request certainly had its effect. Canaries
// that can no longer be in the room stay secret for ever if they were not shown.
func (r *room) tapEnd(op *Op) {
	switch op.Kind {
	case Estimate, Withdraw:
		r.tap.retire(func(c *canary) bool { return c.op.User == op.User && before(c.op, op) })
	case Reveal:
		for i := range r.tap.reveals {
			if r.tap.reveals[i].op == op {
				r.tap.reveals[i].last = 1 + r.tap.asked
			}
		}
	case Clear:
		r.tap.cleared++
		r.tap.retire(func(c *canary) bool { return before(c.op, op) })
		r.close(op)
	case Hide:
		r.close(op)
	case Join, SetTopic:
	}
}

// close takes the room for hidden if every reveal was over before op began.
func (r *room) close(op *Op) {
	for _, reveal := range r.tap.reveals {
		if !before(reveal.op, op) {
			return
		}
	}
	r.tap.open = false
}

// before reports whether a was answered before b was asked.
func before(a, b *Op) bool { return a.Outcome != Unknown && a.Return < b.Call }

func (t *tap) retire(over func(*canary) bool) {
	kept := t.live[:0]
	for _, c := range t.live {
		if !over(c) {
			kept = append(kept, c)
		}
	}
	clear(t.live[len(kept):])
	t.live = kept
}

// exposes judges whether a status may be a revealed one. It is called with mu
// held.
func (h *History) exposes(r *room, user string, room client.Room) {
	if !room.Revealed || r.tap.shown[room.Round] {
		return
	}
	for _, asked := range r.tap.reveals {
		if asked.mayBeIn(room.Round) {
			r.tap.shown[room.Round] = true
			return
		}
	}
	h.fault(Fault{Kind: Unasked, Room: r.id, User: user}, "round %d is revealed at version %d", room.Round, room.Version)
}

// mayBeIn reports whether the reveal may have had its effect in the round.
func (r reveal) mayBeIn(round int) bool {
	if r.op.Outcome == Refused && r.op.Sent <= 1 {
		return false
	}
	if r.op.Round != 0 {
		return r.op.Round == round
	}
	return r.first <= round && (r.last == 0 || round <= r.last)
}

// message listens for canaries.
func (h *History) message(conn int, msg []byte) {
	words := canariesIn(msg)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages++
	for _, word := range words {
		c := h.canaries[word]
		if c != nil && !c.disclosed && c.op.User != h.users[conn] {
			h.fault(Fault{Kind: Leaked, Room: c.op.Room, User: h.users[conn]}, "got %s of user %s: %.60s", word, c.op.User, msg)
		}
	}
}

// ScanWire records every canary in bytes from a link that nobody should be able to
// read as a leak, whether it was revealed to the room or not.
func (h *History) ScanWire(link string, packet []byte) {
	for _, word := range canariesIn(packet) {
		h.mu.Lock()
		if c := h.canaries[word]; c != nil {
			h.fault(Fault{Kind: Leaked, Room: c.op.Room, User: c.op.User}, "%s can be read on the link %s", word, link)
		}
		h.mu.Unlock()
	}
}

// Readable reports whether the bytes contain something that looks like a canary.
func Readable(packet []byte) bool { return len(canariesIn(packet)) > 0 }

// ScanLog reads a log and records every canary in it as a leak, whether it was
// revealed to the room or not. The error is r's.
func (h *History) ScanLog(r io.Reader) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		h.scanLine(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("log: %w", err)
		}
	}
}

func (h *History) scanLine(line []byte) {
	for _, word := range canariesIn(line) {
		h.mu.Lock()
		if c := h.canaries[word]; c != nil {
			h.fault(Fault{Kind: Leaked, Room: c.op.Room, User: c.op.User}, "%s is in the log: %.120s", word, line)
		}
		h.mu.Unlock()
	}
}

// canariesIn returns everything that looks like a canary.
func canariesIn(b []byte) []string {
	var words []string
	for {
		i := bytes.Index(b, []byte(canaryPrefix))
		if i < 0 || len(b)-i < len(canaryPrefix)+canaryLetters {
			return words
		}
		words = append(words, string(b[i:i+len(canaryPrefix)+canaryLetters]))
		b = b[i+len(canaryPrefix):]
	}
}
