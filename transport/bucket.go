package transport

import "time"

// rate is a limit: so many a second in the long run, and burst at once. The zero
// rate allows everything.
type rate struct {
	perSecond float64
	burst     float64
}

// unlimited reports whether the rate allows everything.
func (r rate) unlimited() bool { return r.perSecond <= 0 }

// bucket is a leaky bucket: how much of a rate has been used lately. The zero
// bucket is unused.
type bucket struct {
	used float64
	at   time.Duration // when used had this value, on the server's clock
}

// take uses n and returns true, or false if the rate does not allow n now.
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

// giveBack undoes a take of n.
func (b *bucket) giveBack(n float64) { b.used = max(0, b.used-n) }

// charge uses n even if the rate does not allow it. The bucket then needs at most
// debt to come back to the burst.
func (b *bucket) charge(r rate, n float64, debt, now time.Duration) {
	if r.unlimited() {
		return
	}
	b.settle(r, now)
	b.used = max(b.used, min(b.used+n, r.burst+r.perSecond*debt.Seconds()))
}

// wait returns how long it takes until one more is allowed.
func (b *bucket) wait(r rate, now time.Duration) time.Duration {
	if r.unlimited() {
		return 0
	}
	b.settle(r, now)
	missing := max(0, b.used+1-r.burst)
	return time.Duration(missing / r.perSecond * float64(time.Second))
}

// settle brings the bucket up to now.
func (b *bucket) settle(r rate, now time.Duration) {
	b.used = max(0, b.used-(now-b.at).Seconds()*r.perSecond)
	b.at = now
}

// tally notices when something happens more often than a limit within a time. It
// allocates nothing before it happens for the first time.
type tally struct {
	times []time.Duration // of the latest, as a ring
	next  int
}

// add counts one more and reports whether there are more than limit within the
// window. The limit must be the same in every call.
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
