package transport

import "time"

// rate allows so many a second in the long run and a burst of them at once.
// The zero rate allows everything.
type rate struct {
	perSecond float64
	burst     float64
}

// unlimited says that a rate allows everything.
func (r rate) unlimited() bool { return r.perSecond <= 0 }

// bucket is how much of a rate has been used lately. The zero bucket is unused.
type bucket struct {
	used float64
	at   time.Duration // when used was true, on the server's clock
}

// take uses up n, unless that is more than the rate allows now.
func (b *bucket) take(r rate, n float64, now time.Duration) bool {
	if r.unlimited() {
		return true
	}
	b.settle(r, now)
	if b.used+n > r.burst {
		return false
	}
	b.used += n
	return true
}

// charge uses up n, whether the rate allows it or not, but no more than takes
// debt to be forgotten beyond the burst.
func (b *bucket) charge(r rate, n float64, debt, now time.Duration) {
	if r.unlimited() {
		return
	}
	b.settle(r, now)
	b.used = max(b.used, min(b.used+n, r.burst+r.perSecond*debt.Seconds()))
}

// wait is how long it takes until one more is allowed.
func (b *bucket) wait(r rate, now time.Duration) time.Duration {
	if r.unlimited() {
		return 0
	}
	b.settle(r, now)
	missing := max(0, b.used+1-r.burst)
	return time.Duration(missing / r.perSecond * float64(time.Second))
}

// settle forgets what was used long enough ago.
func (b *bucket) settle(r rate, now time.Duration) {
	b.used = max(0, b.used-(now-b.at).Seconds()*r.perSecond)
	b.at = now
}

// tally notices more than a number of things within a time. It allocates
// nothing until the first of them.
type tally struct {
	times []time.Duration // of the newest ones, as a ring
	next  int
}

// add counts one more and says whether that makes more than limit within the
// window. The limit is the same in every call.
func (t *tally) add(limit int, window, now time.Duration) bool {
	if t.times == nil {
		t.times = make([]time.Duration, 0, limit+1)
	}
	if len(t.times) <= limit {
		t.times = append(t.times, now)
	} else {
		t.times[t.next] = now
		t.next = (t.next + 1) % len(t.times)
	}
	return len(t.times) > limit && now-t.times[t.next] <= window
}
