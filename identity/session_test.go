package identity

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func seal(t testing.TB, k *Keys, user string, now time.Time) string {
	t.Helper()
	value, err := k.Seal(user, now, false)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestCookieName(t *testing.T) {
	for _, row := range []struct {
		secure     bool
		port, path string
		want       string
	}{
		{true, "", "/", "__Host-pokey"},
		{true, "8443", "/", "__Host-pokey_8443"},
		{true, "", "/poker/", "__Secure-pokey.poker"},
		{true, "8443", "/a/b/", "__Secure-pokey_8443.a-b"},
		{false, "", "/", "pokey_plain"},
		{false, "8080", "/", "pokey_plain_8080"},
		{false, "", "/8080/", "pokey_plain.8080"},
		{false, "8080", "/team;a=b,ü/", "pokey_plain_8080.team-a-b--"},
	} {
		if got := CookieName(row.secure, row.port, row.path); got != row.want {
			t.Errorf("secure %t, port %q, path %q: got %s, want %s", row.secure, row.port, row.path, got, row.want)
		}
	}
}

// C3. What was handed out over plain http is nothing over https, nor the other
// way round.
func TestSessionRemembersHowItWasHandedOut(t *testing.T) {
	k := ring(t, 1)
	for _, handedOut := range []bool{false, true} {
		value, err := k.Seal(ada, noon, handedOut)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range []bool{false, true} {
			s, err := k.Unseal(value, noon, shown)
			if got, want := err == nil, handedOut == shown; got != want {
				t.Errorf("handed out over https %t, shown over https %t: got accepted %t (%+v, %v), want %t", handedOut, shown, got, s, err, want)
			}
		}
	}
}

func TestSession(t *testing.T) {
	k := ring(t, 1)
	for range 100 {
		user := k.NewUserID()
		value := seal(t, k, user, noon)
		s, err := k.Unseal(value, noon.Add(time.Minute), false)
		if err != nil || s != (Session{UserID: user, First: noon, Issued: noon}) {
			t.Fatalf("Unseal: got %+v, %v, want user %s at noon", s, err, user)
		}
		raw, _ := base64.URLEncoding.DecodeString(value)
		if len(value) > maxCookie/2+50 || strings.Contains(value+string(raw), user) {
			t.Fatalf("got value %q, want a short one that hides the user", value)
		}
		if strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") != "" {
			t.Fatalf("got value %q, want one that needs no quoting in a cookie", value)
		}
	}
	if a, b := seal(t, k, ada, noon), seal(t, k, ada, noon); a == b {
		t.Error("sealing a session twice gave one value, want two")
	}
	for _, user := range []string{"", "ada", strings.ToUpper(ada), ada[:25] + "1"} {
		if value, err := k.Seal(user, noon, false); err == nil {
			t.Errorf("Seal(%q): got %s, want an error", user, value)
		}
	}
}

// vector is a session of ada's, sealed at noon by master 1. It is good for ever,
// as far as the format goes.
const vector = "MTc5NTk2NzMwNHx4OWktaGkyMjY1LVFuM2pwNXJGNkZJQWZ6ZXZXTWhqdHJqeEVqQ0tVd2g5RUtXaWN6YXdIWDB6dzFWcENGdklkQ2c9PXwV8NACsDVAJmO-OaTRU56rmKXf15ChAIePCYMCz83QtQ=="

func TestSessionVector(t *testing.T) {
	s, err := ring(t, 1).Unseal(vector, noon.Add(time.Hour), false)
	if err != nil || s != (Session{UserID: ada, First: noon, Issued: noon}) {
		t.Fatalf("Unseal: got %+v, %v, want Ada at noon", s, err)
	}
}

func TestSessionsHaveAnAge(t *testing.T) {
	const day = 24 * time.Hour
	k := ring(t, 1)
	value := seal(t, k, ada, noon)
	for _, tt := range []struct {
		age       time.Duration
		ok, renew bool
	}{
		{-100 * 365 * day, false, false},
		{-5*time.Minute - time.Second, false, false},
		{-5 * time.Minute, true, false},
		{-time.Second, true, false},
		{0, true, false},
		{7*day - time.Second, true, false},
		{7 * day, true, true},
		{30 * day, true, true},
		{30*day + time.Second, false, false},
		{100 * 365 * day, false, false},
	} {
		t.Run(fmt.Sprint(tt.age), func(t *testing.T) {
			s, err := k.Unseal(value, noon.Add(tt.age), false)
			if (err == nil) != tt.ok || s.Renew != tt.renew {
				t.Fatalf("Unseal: got %+v, %v, want valid: %t, due: %t", s, err, tt.ok, tt.renew)
			}
			if err != nil && (!errors.Is(err, ErrSession) || s != Session{}) {
				t.Fatalf("Unseal: got %+v, %v, want ErrSession and no session", s, err)
			}
		})
	}
}

// TestSessionKeepsItsFirstDay: what is re-issued is young, and says how old its line is.
func TestSessionKeepsItsFirstDay(t *testing.T) {
	k := ring(t, 1)
	later := noon.Add(20 * 24 * time.Hour)
	first, err := k.Unseal(seal(t, k, ada, noon), later, false)
	if err != nil || !first.Renew {
		t.Fatalf("got %+v, %v; want a session to renew", first, err)
	}
	value, err := k.Reseal(first, later, false)
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.Unseal(value, later, false)
	if want := (Session{UserID: ada, First: noon, Issued: later}); err != nil || got != want {
		t.Errorf("re-issued: got %+v, %v; want %+v", got, err, want)
	}
}

func TestSessionsOfAnOldMasterAreRenewed(t *testing.T) {
	value := seal(t, ring(t, 1), ada, noon)
	for name, tt := range map[string]struct {
		ring      []int
		ok, renew bool
	}{
		"current":     {[]int{1}, true, false},
		"verify only": {[]int{1, 2}, true, false},
		"previous":    {[]int{2, 1}, true, true},
		"oldest":      {[]int{3, 2, 4, 5, 1}, true, true},
		"retired":     {[]int{2, 17, 3}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ring(t, tt.ring...).Unseal(value, noon, false)
			if (err == nil) != tt.ok || s.Renew != tt.renew || (s.UserID == ada) != tt.ok {
				t.Errorf("Unseal: got %+v, %v, want valid: %t, due: %t", s, err, tt.ok, tt.renew)
			}
		})
	}
}

func TestChangedSessionsAreRefused(t *testing.T) {
	k := ring(t, 1, 2)
	value := seal(t, k, ada, noon)
	refused := 0
	refuse := func(v string) {
		t.Helper()
		refused++
		if s, err := k.Unseal(v, noon, false); !errors.Is(err, ErrSession) || s != (Session{}) {
			t.Fatalf("Unseal(%q): got %+v, %v, want ErrSession", v, s, err)
		}
	}
	for i := range len(value) {
		for c := range 256 {
			if byte(c) != value[i] {
				refuse(value[:i] + string([]byte{byte(c)}) + value[i+1:])
			}
		}
		for _, c := range []string{"\n", "\r", "\r\n", " ", "=", "A", "é"} {
			refuse(value[:i] + c + value[i:])
		}
		refuse(value[:i])
		refuse(value[:i] + value[i+1:])
	}
	raw, err := base64.URLEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			refuse(base64.URLEncoding.EncodeToString(raw))
			raw[i] ^= 1 << bit
		}
	}
	for _, v := range []string{value + "\n", value + "=", value + value, strings.Repeat("A", 5<<10), base64.StdEncoding.EncodeToString(raw) + " ", "ada", ada} {
		refuse(v)
	}
	if _, err := k.Unseal(value, noon, false); err != nil || refused < 30_000 {
		t.Fatalf("%d variants were refused and the genuine value got %v, want at least 30000 and none", refused, err)
	}
}

// What was signed under another name, or is another version, is no session.
func TestSessionOfAnotherKind(t *testing.T) {
	k := ring(t, 1)
	payload := make([]byte, sessionBytes)
	payload[0] = sessionVersion
	for name, value := range map[string]func() (string, error){
		"another name":    func() (string, error) { return k.ring[0].cookie.Encode("pokey_plain", payload) },
		"another version": func() (string, error) { return k.ring[0].cookie.Encode(sealedPlain, append([]byte{1}, payload[1:]...)) },
		"too short": func() (string, error) {
			return k.ring[0].cookie.Encode(sealedPlain, payload[:sessionBytes-1:sessionBytes-1])
		},
		"too long": func() (string, error) {
			return k.ring[0].cookie.Encode(sealedPlain, append(slices.Clip(payload), 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := value()
			if err != nil {
				t.Fatal(err)
			}
			if s, err := k.Unseal(v, time.Unix(0, 0), false); !errors.Is(err, ErrSession) {
				t.Errorf("Unseal: got %+v, %v, want ErrSession", s, err)
			}
		})
	}
}

func FuzzUnseal(f *testing.F) {
	k := ring(f, 1, 2)
	f.Add(vector)
	f.Add(seal(f, ring(f, 3), ada, noon))
	f.Add(vector + "\n")
	f.Add(vector[:len(vector)-1])
	f.Fuzz(func(t *testing.T, v string) {
		s, err := k.Unseal(v, noon, false)
		if err == nil && v != vector {
			t.Fatalf("Unseal(%q) succeeds, want only sealed values to", v)
		}
		if err != nil && (!errors.Is(err, ErrSession) || s != Session{}) {
			t.Fatalf("Unseal: got %+v, %v, want ErrSession and no session", s, err)
		}
	})
}

func BenchmarkUnseal(b *testing.B) {
	k := ring(b, 1, 2)
	value := seal(b, k, ada, noon)
	for name, value := range map[string]string{"genuine": value, "forged": strings.Replace(value, value[80:84], "AAAA", 1)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = k.Unseal(value, noon, false)
			}
		})
	}
}
