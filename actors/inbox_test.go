package actors

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Actors whose time is over, such as those of users who expired while the server was
// down, set their timers at once. With the race detector, this crashes the process where
// a timer is set that is due already.
func TestTimersThatAreOverdue(t *testing.T) {
	const rounds, actors, timers = 50, 8, 100
	for round := range rounds {
		d := -time.Duration(round%2) * time.Hour
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			var all sync.WaitGroup
			for range actors {
				all.Go(func() {
					got := make(chan any, 1)
					tell := inbox(func(message any) { got <- message })
					timer := tell.after(d, "over")
					for range timers {
						if m := <-got; m != "over" {
							t.Errorf("got %v, want the message", m)
						}
						timer.Reset(ahead(d))
					}
					timer.Stop()
				})
			}
			all.Wait()
			if took := time.Since(begun); took > time.Millisecond {
				t.Errorf("%d timers that were due %v ago took %v, want next to nothing", timers, -d, took)
			}
		})
	}
}
