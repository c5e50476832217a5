package identity

import (
	"bytes"
	"testing"
)

// Nodes with one secret agree on it, and nobody else can compute it.
func TestOrigin(t *testing.T) {
	keys := func(first byte) *Keys {
		master := bytes.Repeat([]byte{first, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3)
		k, err := New(master)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	one, same, other := keys(0), keys(0), keys(100)
	if a, b := one.Origin("192.0.2.1"), same.Origin("192.0.2.1"); a != b {
		t.Errorf("one address on two nodes: got %d and %d, want one number", a, b)
	}
	if a, b := one.Origin("192.0.2.1"), one.Origin("192.0.2.2"); a == b {
		t.Errorf("two addresses: got %d for both, want two numbers", a)
	}
	if a, b := one.Origin("192.0.2.1"), other.Origin("192.0.2.1"); a == b {
		t.Errorf("two secrets: got %d for both, want two numbers", a)
	}
}
