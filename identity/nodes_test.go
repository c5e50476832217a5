package identity

import (
	"bytes"
	"testing"
)

// TestProofOfTheSecret has rings that share a master know each other, and no
// others.
func TestProofOfTheSecret(t *testing.T) {
	ring := func(masters ...[]byte) *Keys {
		t.Helper()
		k, err := New(masters...)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	older, newer, other := master(1), master(2), master(3)
	before, during, after, stranger := ring(older), ring(newer, older), ring(newer), ring(other)
	for name, c := range map[string]struct {
		prover, judge *Keys
		want          bool
	}{
		"the same":                    {before, before, true},
		"old to both":                 {before, during, true},
		"both to old":                 {during, before, true},
		"both to new":                 {during, after, true},
		"new to both":                 {after, during, true},
		"old to new":                  {before, after, false},
		"a stranger to both":          {stranger, during, false},
		"both to a stranger":          {during, stranger, false},
		"both in the other order too": {during, ring(older, newer), true},
	} {
		got := false
		for _, proof := range c.prover.Prove([]byte("this channel")) {
			got = c.judge.Proves([]byte("this channel"), proof) || got
			if c.judge.Proves([]byte("another channel"), proof) {
				t.Errorf("%s: a proof for one channel holds for another", name)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	proof := before.Prove([]byte("x"))[0]
	for _, bad := range [][]byte{nil, {}, proof[:31], append(bytes.Clone(proof), 0)} {
		if before.Proves([]byte("x"), bad) {
			t.Errorf("a proof of %d bytes holds, want it refused", len(bad))
		}
	}
	for _, used := range [][]byte{before.ring[0].room, before.ring[0].owner} {
		if bytes.Equal(used, before.ring[0].node) {
			t.Error("the key for proofs is also used for something else")
		}
	}
}
