package joining

import (
	"strings"
	"testing"
	"time"
)

// Tokens that are revoked are worthless, and only who knows the master secret revokes.
func TestRevoke(t *testing.T) {
	h, other := start(t), start(t)
	first, second := h.invite(2, time.Minute), h.invite(1, time.Hour)
	if _, err := Join(t.Context(), first, "node-2:7000"); err != nil {
		t.Fatal(err)
	}
	if n, err := h.operator(other.keys).Revoke(t.Context()); err == nil || n != 0 || !strings.Contains(err.Error(), "master secret") {
		t.Errorf("with another secret: got %d, %v, want none revoked", n, err)
	}
	for _, want := range []int{2, 0} {
		if n, err := h.operator(h.keys).Revoke(t.Context()); err != nil || n != want {
			t.Errorf("got %d revoked, %v, want %d", n, err, want)
		}
	}
	for _, token := range []Token{first, second} {
		if _, err := Join(t.Context(), token, "node-3:7000"); err == nil || !strings.Contains(err.Error(), errToken.Error()) {
			t.Errorf("a revoked token: got %v, want %v", err, errToken)
		}
	}
	if _, err := Join(t.Context(), h.invite(1, time.Minute), "node-3:7000"); err != nil {
		t.Errorf("a token that was made afterwards: got %v, want that it works", err)
	}
}
