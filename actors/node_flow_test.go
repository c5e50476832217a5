package actors

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/actors/wire"
)

// However large letters are, a side that takes them is sent more; one that
// does not gets no more than the bound, and as soon as it does, goes on.
func TestLinks(t *testing.T) {
	for _, size := range []int{100, 150 << 10, 4 << 20} {
		synctest.Test(t, func(t *testing.T) {
			var asked []*wire.AckRequest
			l := &flowControl{address: "n1"}
			l.send = func(_ string, letter *wire.Envelope) { asked = append(asked, letter.GetAckRequest()) }
			answer := func() {
				for _, a := range asked {
					l.acknowledged(&wire.Ack{From: "n2", Link: a.GetLink(), Sent: a.GetSent(), Bytes: a.GetBytes()})
				}
				asked = nil
			}
			for range 20_000 {
				if !l.admit("n2", size) {
					t.Fatalf("letters of %d bytes: one was dropped", size)
				}
				answer()
			}
			taken := 0
			for l.admit("n2", size) {
				taken++
			}
			if taken > maxUnackedMessages+ackEveryMessages || taken*size > maxUnackedBytes+size+ackEveryBytes {
				t.Errorf("letters of %d bytes: %d are on their way", size, taken)
			}
			asked = nil // they are lost
			time.Sleep(ackTimeout)
			if l.admit("n2", size) {
				t.Error("a letter too many")
			}
			answer()
			if !l.admit("n2", size) {
				t.Errorf("letters of %d bytes: it never goes on", size)
			}
		})
	}
}
