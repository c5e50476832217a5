package load

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"example.com/pokey/cmd/pokey-load/wire"
)

func TestHistogram(t *testing.T) {
	var h, other histogram
	var all []time.Duration
	for i := range 10000 {
		d := time.Duration(rand.Int64N(int64(1) << (1 + i%40)))
		all = append(all, d)
		if i%3 == 0 {
			other.add(d)
		} else {
			h.add(d)
		}
	}
	h.merge(&other)
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[max(int(q*10000+0.5)-1, 0)]
		if got := h.quantile(q); got < want || float64(got) > float64(want)*(1+1.0/subBuckets) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if h.count != 10000 || h.longest != all[9999] {
		t.Errorf("%d, longest %v", h.count, h.longest)
	}
	if new(histogram).quantile(0.5) != 0 {
		t.Error("a quantile of nothing")
	}
	h.add(-time.Second) // a clock that went back
}

func TestBuckets(t *testing.T) {
	for d := range time.Duration(1 << 20) {
		i := bucket(d)
		if c := ceiling(i); c < d || bucket(c) != i || bucket(c+1) != i+1 {
			t.Fatalf("%d is in bucket %d, which ends at %d", d, i, c)
		}
	}
}

func TestParseUsage(t *testing.T) {
	got, err := parseUsage("12 (a) b) S 1 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 9 0 100 1 2 3", "1000 42 7 1 0 1 0")
	if err != nil || got.CPU != 2*time.Second || got.RSS != 42*uint64(os.Getpagesize()) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range [][2]string{{"", ""}, {"1 (a) S 1", "1 2"}, {"12 (a) S 1 1 1 0 -1 4194560 100 0 0 0 x 50 0", "1 2"}} {
		if _, err := parseUsage(bad[0], bad[1]); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// A room that is read message by message looks like what the messages say.
func TestReader(t *testing.T) {
	r := reader{index: map[string]int{"a": 0, "b": 1}}
	var v *view
	read := func(msg string) {
		t.Helper()
		head, err := wire.Peek([]byte(msg))
		if err != nil {
			t.Fatal(err)
		}
		if v, err = r.read(head, []byte(msg), v); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want string) {
		t.Helper()
		got := fmt.Sprintf("%d: round %d %v, %d present, estimated %v %v", v.version, v.round, v.revealed, v.present.count(), v.estimated.has(0), v.estimated.has(1))
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	read(`{"event":"roomStatus","roomId":"r","version":1,"room":{"revealed":false,"round":1,"members":{"a":{"estimated":false},"stranger":{"estimated":true}}}}`)
	check("1: round 1 false, 1 present, estimated false false")
	first := v
	read(`{"event":"roomPatch","roomId":"r","since":1,"version":2,"patch":{"members":{"b":{"online":true,"estimated":true}}}}`)
	check("2: round 1 false, 2 present, estimated false true")
	again := v
	v = first
	read(`{"event":"roomPatch","roomId":"r","since":1,"version":2,"patch":{"members":{"b":{"online":true,"estimated":true}}}}`)
	if v != again {
		t.Error("the same message was read twice")
	}
	v = first
	read(`{"event":"roomPatch","roomId":"r","since":1,"version":2,"patch":{"members":{"b":{"online":true,"estimated":null}}}}`)
	if v == again {
		t.Error("another message was taken for the same")
	}
	v = again
	read(`{"event":"roomPatch","roomId":"r","since":2,"version":4,"patch":{"revealed":true,"round":2,"members":{"b":null,"a":{"estimated":true}}}}`)
	check("4: round 2 true, 1 present, estimated true false")
}

func TestRetryable(t *testing.T) {
	if !retryable([]byte(`{"event":"error","retryable":true}`)) || retryable([]byte(`{"event":"error","retryable":false}`)) {
		t.Error("not told apart")
	}
}
