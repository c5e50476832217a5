package actors

import "sync"

// workers runs the actors that have messages. Each run has a goroutine of its own, as
// with Proto.Actor's dispatcher, but a goroutine that has finished waits for the next run
// for a while: its stack has grown to what an actor needs, and growing it anew, twice for
// a room, cost as much as the rest of the start.
type workers struct {
	mu      sync.Mutex
	idle    []chan func() // of the goroutines that wait, the last one first
	stopped bool
}

// maxIdleWorkers is how many goroutines wait for runs. More than that may run; those that are
// kept after a rush are no more than what a node has anyway.
const maxIdleWorkers = 24

// Schedule has an actor run.
func (w *workers) Schedule(run func()) {
	w.mu.Lock()
	n := len(w.idle)
	if n == 0 {
		w.mu.Unlock()
		go w.work(run)
		return
	}
	worker := w.idle[n-1]
	w.idle = w.idle[:n-1]
	w.mu.Unlock()
	worker <- run
}

// Throughput is how many messages a run handles before it lets others go first.
func (*workers) Throughput() int { return 300 }

func (w *workers) work(run func()) {
	runs := make(chan func(), 1)
	for ok := true; ok; run, ok = <-runs {
		run()
		if !w.wait(runs) {
			return
		}
	}
}

// wait offers a goroutine for another run, unless there are enough.
func (w *workers) wait(runs chan func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || len(w.idle) >= maxIdleWorkers {
		return false
	}
	w.idle = append(w.idle, runs)
	return true
}

// stop ends the goroutines that wait. What is scheduled later still runs.
func (w *workers) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	for _, runs := range w.idle {
		close(runs)
	}
	w.idle = nil
}
