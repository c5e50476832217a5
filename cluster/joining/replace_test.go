package joining

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store"
)

// Another authority takes the place of the cluster's, while nodes trust both, in whatever
// order.
func TestAnotherAuthority(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	c := Config{Store: store.NewMemory()}
	for _, a := range []*Authority{first, second, second} {
		s, err := NewServer(t.Context(), c, a)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Authority(t.Context()); err != nil || got.hash() != a.hash() {
			t.Errorf("got another authority than the one that was given, %v", err)
		}
	}
	text, err := second.PEM()
	if err != nil {
		t.Fatal(err)
	}
	key := text[len(second.Certificate()):]
	both := [][]byte{first.Certificate(), second.Certificate()}
	for range both {
		slices.Reverse(both)
		if got, err := ParseAuthority(slices.Concat(key, both[0], both[1])); err != nil || got.hash() != second.hash() {
			t.Errorf("with both certificates: got %v, want the one of the key", err)
		}
	}
	if _, err := ParseAuthority(slices.Concat(key, first.Certificate())); err == nil {
		t.Error("a key without its certificate: got no error")
	}
}

func newAuthority(t *testing.T) *Authority {
	t.Helper()
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// An operator whose node trusts two authorities can invite, and one is told if there is
// no authority to do it with.
func TestInviteBetweenAuthorities(t *testing.T) {
	h := start(t)
	o := h.operator(h.keys)
	o.CA = slices.Concat(newAuthority(t).Certificate(), o.CA)
	if _, err := o.Invite(t.Context(), 1, time.Minute); err != nil {
		t.Errorf("with another authority before the node's: %v", err)
	}
	o.CA = newAuthority(t).Certificate()
	if _, err := o.Invite(t.Context(), 1, time.Minute); err == nil {
		t.Error("with another authority only: got a token")
	}
	r, err := h.book.records.Load(t.Context(), bookRecord)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.book.records.Delete(t.Context(), bookRecord, r.Revision); err != nil {
		t.Fatal(err)
	}
	h.known.Store(nil)
	if _, err := h.operator(h.keys).Invite(t.Context(), 1, time.Minute); err == nil || !strings.Contains(err.Error(), "has no authority") {
		t.Errorf("without an authority: got %v, want to be told", err)
	}
}
