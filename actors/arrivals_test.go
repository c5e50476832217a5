package actors

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// arriveTogether lets so many people arrive at once, each of whom takes so long, and
// returns how many got their turns, when the last turn ended, and the most at a time.
func arriveTogether(a *arrivals, n int, takes time.Duration) (in int, last time.Duration, most int64) {
	var arriving sync.WaitGroup
	var got, underWay, peak atomic.Int64
	began := time.Now()
	for range n {
		arriving.Go(func() {
			turn, ok := a.wait(connecting)
			if !ok {
				return
			}
			for now := underWay.Add(1); ; {
				if was := peak.Load(); now <= was || peak.CompareAndSwap(was, now) {
					break
				}
			}
			time.Sleep(takes)
			underWay.Add(-1)
			turn.end()
			got.Add(1)
		})
	}
	arriving.Wait()
	return int(got.Load()), time.Since(began), peak.Load()
}

// A node that is quick lets in more and more at a time; one that is slow, fewer. Then some
// are told to come back.
func TestManyArriveByTurns(t *testing.T) {
	for _, tc := range []struct {
		name  string
		takes time.Duration
		all   bool
		most  int64
	}{
		{"quick", 10 * time.Millisecond, true, mostArriving},
		{"slow", time.Second, false, firstArriving},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newArrivals()
				in, last, most := arriveTogether(a, 3000, tc.takes)
				if (in == 3000) != tc.all || in == 0 || most > tc.most || last > arrivalPatience+tc.takes {
					t.Errorf("got %d of 3000 in within %v, at most %d at a time; want all: %v, at most %d at a time", in, last, most, tc.all, tc.most)
				}
				if a.underWay != 0 || len(a.waiting[connecting]) > 0 {
					t.Errorf("afterwards %d are under way and %d wait, want none", a.underWay, len(a.waiting[connecting]))
				}
				if slow := a.most < firstArriving; slow == tc.all {
					t.Errorf("afterwards %.1f may be under way, begun with %d", a.most, firstArriving)
				}
			})
		})
	}
}

// Who has been welcomed joins before others are welcomed.
func TestJoiningComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArrivals()
		var turns []*arrival
		for turn, ok := a.try(); ok; turn, ok = a.try() {
			turns = append(turns, turn)
		}
		var order []int
		for _, who := range []int{connecting, joining} {
			go func() {
				turn, ok := a.wait(who)
				if !ok {
					t.Error("got no turn")
				}
				order = append(order, who)
				turn.end()
			}()
			synctest.Wait()
		}
		turns[0].end()
		synctest.Wait()
		if len(order) != 2 || order[0] != joining {
			t.Errorf("got the order %v, want %d first", order, joining)
		}
	})
}

// A turn that nobody ends, since an answer was lost, ends by itself, once.
func TestTurnsOfArrivalsEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArrivals()
		turn, _ := a.wait(connecting)
		time.Sleep(maxArrival)
		synctest.Wait()
		turn.end()
		if a.underWay != 0 {
			t.Errorf("got %d under way, want 0", a.underWay)
		}
	})
}
