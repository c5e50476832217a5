package load

import (
	"math/bits"
	"time"
)

// subBuckets is how many buckets share an octave; a percentile is right within
// one part in as many.
const subBuckets = 64

// histogram counts durations in buckets that grow with them. It is not safe for
// concurrent use.
type histogram struct {
	buckets []uint64 // grows with the longest
	count   uint64
	longest time.Duration
}

func bucket(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < subBuckets {
		return int(v)
	}
	shift := bits.Len64(v) - bits.Len64(subBuckets)
	return shift*subBuckets + int(v>>shift)
}

// ceiling is the longest duration of a bucket.
func ceiling(bucket int) time.Duration {
	if bucket < 2*subBuckets {
		return time.Duration(bucket)
	}
	shift := bucket/subBuckets - 1
	return time.Duration((bucket%subBuckets+subBuckets+1)<<shift - 1)
}

func (h *histogram) add(d time.Duration) {
	i := bucket(d)
	if i >= len(h.buckets) {
		h.buckets = append(h.buckets, make([]uint64, i+1-len(h.buckets))...)
	}
	h.buckets[i]++
	h.count++
	h.longest = max(h.longest, d)
}

func (h *histogram) merge(other *histogram) {
	if n := len(other.buckets) - len(h.buckets); n > 0 {
		h.buckets = append(h.buckets, make([]uint64, n)...)
	}
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
	h.longest = max(h.longest, other.longest)
}

// quantile is a duration that a part q of all is not longer than; zero if there
// are none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q*float64(h.count) + 0.5)
	rank = min(max(rank, 1), h.count)
	for i, n := range h.buckets {
		if n >= rank {
			return min(ceiling(i), h.longest)
		}
		rank -= n
	}
	return 0
}

// Latency sums up durations.
type Latency struct {
	Count uint64        `json:"count"`
	P50   time.Duration `json:"p50"`
	P90   time.Duration `json:"p90"`
	P99   time.Duration `json:"p99"`
	P999  time.Duration `json:"p999"`
	Max   time.Duration `json:"max"`
}

func (h *histogram) latency() Latency {
	return Latency{
		Count: h.count, P50: h.quantile(0.5), P90: h.quantile(0.9), P99: h.quantile(0.99),
		P999: h.quantile(0.999), Max: h.longest,
	}
}
