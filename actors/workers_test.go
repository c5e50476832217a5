package actors

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// Every run is carried out, at the same time as others that wait, and few goroutines
// stay; none does after stop.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const runs = 3 * maxIdleWorkers
		var w workers
		var done atomic.Int32
		gate := make(chan struct{})
		for range 3 {
			for range runs {
				w.Schedule(func() {
					<-gate
					done.Add(1)
				})
			}
			synctest.Wait()
			for range runs {
				gate <- struct{}{}
			}
			synctest.Wait()
		}
		if done.Load() != 3*runs || len(w.idle) != maxIdleWorkers {
			t.Errorf("got %d runs, %d goroutines that wait; want %d, %d", done.Load(), len(w.idle), 3*runs, maxIdleWorkers)
		}
		w.stop()
		var last sync.WaitGroup
		last.Add(1)
		w.Schedule(last.Done)
		last.Wait()
		synctest.Wait()
		if len(w.idle) != 0 {
			t.Errorf("after stop: got %d goroutines that wait, want 0", len(w.idle))
		}
	}) // it fails if a goroutine is left
}
