package actors

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuarantine(t *testing.T) {
	for _, c := range []struct {
		name    string
		crashes []time.Duration // waits before each
		after   time.Duration
		want    bool
	}{
		{name: "no crash"},
		{name: "two crashes", crashes: []time.Duration{0, time.Second}},
		{name: "three crashes within the span", crashes: []time.Duration{0, crashSpan / 2, crashSpan / 2}, want: true},
		{name: "three crashes over more than the span", crashes: []time.Duration{0, crashSpan / 2, crashSpan/2 + 1}},
		{name: "the last three of four within the span", crashes: []time.Duration{0, crashSpan, 0, 0}, want: true},
		{name: "just before the end", crashes: []time.Duration{0, 0, 0}, after: quarantineTime - 1, want: true},
		{name: "at the end", crashes: []time.Duration{0, 0, 0}, after: quarantineTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := quarantine{}
				for _, wait := range c.crashes {
					time.Sleep(wait)
					q.add("room")
				}
				time.Sleep(c.after)
				if got := q.holds("room"); got != c.want {
					t.Errorf("got holds %v, want %v", got, c.want)
				}
				if q.holds("another") {
					t.Error("another identity: got holds true, want false")
				}
			})
		})
	}
}

// An identity that panics for ever takes no more memory than one that has just begun,
// and one that stopped panicking is forgotten.
func TestQuarantineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := quarantine{}
		for i := range 1000 {
			q.add(fmt.Sprint("once", i))
			q.add("always")
			time.Sleep(30 * time.Second)
		}
		if len(q) > 3 || len(q["always"]) > crashLimit {
			t.Errorf("got %d identities, %d times of one, want at most 3 and %d", len(q), len(q["always"]), crashLimit)
		}
	})
}
