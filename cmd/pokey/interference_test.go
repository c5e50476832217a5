package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// ids are what differs from one run to the next by chance alone.
var ids = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{26}(?:[0-9a-hjkmnp-tv-z]{14})?\b|"epoch":"[^"]+",`)

// Case 40. Games with the same course and other estimates look the same to
// everybody else, byte for byte and at the same instants: neither the length of
// what is hidden, nor where it stands in the deck, nor when it came, shows.
func TestNothingInterferes(t *testing.T) {
	games := uint64(3)
	if testing.Short() {
		games = 1
	}
	for seed := range games {
		long := fmt.Sprint("because of ", strings.Repeat("everything, ", 30))
		low := observed(t, seed, func(n int) (value, comment string) { return "1", "" })
		high := observed(t, seed, func(n int) (value, comment string) {
			return []string{"☕", "34", "13"}[n%3], long[:n*7%len(long)]
		})
		if low != high {
			a, b := strings.Split(low, "\n"), strings.Split(high, "\n")
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Fatalf("game %d, line %d:\n%s\n%s", seed, i, a[i], b[i])
				}
			}
			t.Fatalf("game %d: %d and %d messages", seed, len(a), len(b))
		}
		if len(low) < 3000 {
			t.Fatalf("game %d: hardly anything was seen: the test is blind\n%s", seed, low)
		}
	}
}

// observed plays a game without a reveal and returns what everybody but the
// one who estimates was sent, and when.
func observed(t *testing.T, seed uint64, estimate func(n int) (value, comment string)) string {
	t.Helper()
	var seen []string // sorted: between goroutines of one instant chance decides
	inBubble(t, []string{"-data", "none", "-message-rate", "0", "-max-connections-per-session", "0"}, func(s *server) {
		random := rand.New(rand.NewPCG(40, seed))
		ada, bob, cleo := s.open("Ada"), s.open("Bob"), s.open("Cleo")
		a, b, c := ada.tab(), bob.tab(), cleo.tab()
		names := map[string]string{ada.userID: "ada", bob.userID: "bob", cleo.userID: "cleo"}
		begun := time.Now()
		s.tap = func(user string, bytes []byte) {
			if user == bob.userID {
				return
			}
			// Ids are known by whose they are; members come in the order of their
			// random ids, which says nothing.
			var content any
			if err := json.Unmarshal(ids.ReplaceAllFunc(bytes, func(id []byte) []byte {
				if id[0] == '"' {
					return nil // an epoch
				}
				return []byte(cmp.Or(names[string(id)], "room"))
			}), &content); err != nil {
				t.Fatal(err)
			}
			text, _ := json.Marshal(content)
			seen = append(seen, fmt.Sprintf("%9d %s %d %s", time.Since(begun).Milliseconds(), names[user], len(bytes), text))
		}
		room := a.ask("createRoom", "")["roomId"].(string)
		for _, tab := range []*tab{a, c, b} {
			tab.in(room, "joinRoom", "")
		}
		for n := range 120 {
			time.Sleep(time.Duration(random.IntN(500)) * time.Millisecond)
			switch random.IntN(10) {
			case 0:
				b.in(room, "estimate", `"value":null`)
			case 1:
				a.in(room, "clear", "")
			case 2:
				c.in(room, "joinRoom", "")
			case 3:
				c.in(room, "history", "")
			case 4:
				b.drop()
				b = bob.tab()
				b.in(room, "joinRoom", "")
			case 5:
				b.ask("estimate", joinFields(room, `"value":"no card"`))
			case 6:
				a.in(room, "estimate", `"value":"3","comment":"Ada's own"`)
			default:
				value, comment := estimate(n)
				b.in(room, "estimate", `"value":%q,"comment":%q`, value, comment)
			}
		}
		s.mu.Lock()
		s.tap = nil
		s.mu.Unlock()
	})
	slices.Sort(seen)
	return strings.Join(seen, "\n")
}
