package crash

import (
	"slices"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// returns measures how long clients are without a status after a crash.
type returns struct {
	mu      sync.Mutex
	after   int // connections up to this number are of a former life
	killed  time.Time
	waiting map[string]bool // users who have not seen a status since
	gaps    []time.Duration
	done    chan struct{} // closed when nobody is waiting
}

func newComeback() *returns { return &returns{waiting: make(map[string]bool)} }

// hooks adds the measurement to a client's hooks.
func (b *returns) hooks(h client.Hooks) client.Hooks {
	var user string // of the connection; hooks but Joining come from one goroutine
	opened, status := h.Opened, h.Status
	h.Opened = func(conn int, userID string) {
		user = userID
		opened(conn, userID)
	}
	h.Status = func(conn int, room client.Room) {
		status(conn, room)
		b.saw(conn, user)
	}
	return h
}

// expect begins the measurement, when the server was killed just now and
// connection newest was the last one with it.
func (b *returns) expect(newest int, users []string) (done <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.after, b.killed, b.gaps, b.done = newest, time.Now(), nil, make(chan struct{})
	clear(b.waiting)
	for _, user := range users {
		b.waiting[user] = true
	}
	if len(users) == 0 {
		close(b.done)
	}
	return b.done
}

func (b *returns) saw(conn int, user string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if conn <= b.after || !b.waiting[user] {
		return
	}
	delete(b.waiting, user)
	b.gaps = append(b.gaps, time.Since(b.killed))
	if len(b.waiting) == 0 {
		close(b.done)
	}
}

// result is the median and the longest gap, and how many are not back.
func (b *returns) result() (median, longest time.Duration, missing int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.gaps) == 0 {
		return 0, 0, len(b.waiting)
	}
	slices.Sort(b.gaps)
	return b.gaps[len(b.gaps)/2], b.gaps[len(b.gaps)-1], len(b.waiting)
}
