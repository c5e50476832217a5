package identity

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// master is the n-th master of these tests. Number 1 and number 17 share a key id.
func master(n int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "pokey test master %d", n))
	return sum[:]
}

func ring(t testing.TB, numbers ...int) *Keys {
	t.Helper()
	var masters [][]byte
	for _, n := range numbers {
		masters = append(masters, master(n))
	}
	k, err := New(masters...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNewRefusesUnsafeMasters(t *testing.T) {
	counting := make([]byte, 32)
	for i := range counting {
		counting[i] = byte(i % 9)
	}
	many := make([][]byte, 17)
	for i := range many {
		many[i] = master(i)
	}
	for name, masters := range map[string][][]byte{
		"none":              {},
		"too many":          many,
		"empty":             {nil},
		"short":             {master(1)[:31]},
		"zero":              {make([]byte, 32)},
		"all equal":         {bytes.Repeat([]byte{0xa7}, 64)},
		"nine values":       {counting},
		"changeme":          {[]byte("changeme")},
		"changeme, long":    {[]byte("ChangeMe: 0123456789 abcdefghijklmnopqrstuvwxyz")},
		"changeme, often":   {bytes.Repeat([]byte("changeme"), 4)},
		"secret!":           {[]byte("this is secret! 0123456789 abcdefghijklmnopqrst")},
		"second one unsafe": {master(1), []byte("changeme")},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := New(masters...)
			if !errors.Is(err, ErrSecret) || k != nil {
				t.Fatalf("got %v, %v, want ErrSecret", k, err)
			}
			if !strings.Contains(err.Error(), "-secret-file") {
				t.Errorf("got error %q, want one that names -secret-file", err)
			}
			for _, m := range masters {
				if len(m) > 0 && strings.Contains(strings.ToLower(err.Error()), strings.ToLower(string(m))) {
					t.Errorf("got error %q, want one without the key", err)
				}
			}
		})
	}
	if _, err := New(many[:16]...); err != nil {
		t.Errorf("16 masters: got %v, want a ring", err)
	}
}

func TestFingerprint(t *testing.T) {
	if got, want := ring(t, 1, 2).Fingerprint(), "4ac36e1fefaa49db"; got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
	if ring(t, 2, 1).Fingerprint() == ring(t, 1, 2).Fingerprint() {
		t.Error("got one fingerprint for two minting masters, want two")
	}
}

// A ring that ends in a log by mistake gives nothing away.
func TestKeysPrintNoKey(t *testing.T) {
	k := ring(t, 1, 2)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, k); got != "identity.Keys(4ac36e1fefaa49db)" {
			t.Errorf("%s prints %s, want only the fingerprint", verb, got)
		}
	}
}

func TestUserID(t *testing.T) {
	k := ring(t, 1)
	seen := map[string]bool{}
	for range 10_000 {
		id := k.NewUserID()
		var raw [userBytes]byte
		if len(id) != 26 || !decode(raw[:], id) || crockford.EncodeToString(raw[:]) != id {
			t.Fatalf("got user id %q, want 26 canonical characters", id)
		}
		if seen[id] {
			t.Fatalf("got user id %q twice", id)
		}
		seen[id] = true
	}
}

// 26 characters hold 130 bits: only the last character's two spare bits being
// zero makes a user id one text.
func TestUserIDIsCanonical(t *testing.T) {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	var raw [userBytes]byte
	for i, c := range alphabet {
		id := "0123456789abcdefghjkmnpqr" + string(c)
		if got, want := decode(raw[:], id), i%4 == 0; got != want {
			t.Errorf("decode(%q): got %v, want %v", id, got, want)
		}
	}
	for _, id := range []string{
		"", "0", strings.Repeat("0", 25), strings.Repeat("0", 27), strings.Repeat("0", 40),
		strings.Repeat("A", 25) + "0", strings.Repeat("l", 25) + "0", strings.Repeat("0", 25) + "\n",
		"\n" + strings.Repeat("0", 25), strings.Repeat("0", 25) + "=", strings.Repeat("0", 24) + "==", strings.Repeat("٠", 13),
	} {
		if decode(raw[:], id) {
			t.Errorf("decode(%q): got true, want false", id)
		}
	}
}
