package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// ids are what differs from one run to the next by chance alone.
var ids = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{26}(?:[0-9a-hjkmnp-tv-z]{14})?\b|"epoch":"[^"]+",|"code":"[0-9a-z]{6}"`)

// Games with the same course in which Bob's hidden estimates differ look the
// same to everybody else, byte for byte and at the same instants, whatever anybody
// asks for: neither the length of what is hidden shows, nor where it stands in the
// deck, nor when it came.
func TestNothingInterferes(t *testing.T) {
	games := uint64(6)
	if testing.Short() {
		games = 2
	}
	asked, worked := map[string]bool{}, map[string]bool{}
	for seed := range games {
		long := fmt.Sprint("because of ", strings.Repeat("everything, ", 30))
		low := observed(t, seed, func(_ int, cards []string) (string, string) { return cards[0], "" }, asked, worked)
		high := observed(t, seed, func(n int, cards []string) (string, string) {
			return cards[n%len(cards)], long[:n*7%len(long)]
		}, asked, worked)
		if low != high {
			reportDifference(t, seed, low, high)
		}
		if len(low) < 30_000 {
			t.Fatalf("game %d: hardly anything was seen: the test is blind\n%s", seed, low)
		}
	}
	if !worked[togetherOnce] && !testing.Short() {
		t.Errorf("never was there a %s: the test is blind to it", togetherOnce)
	}
	for name := range requests(t) {
		switch {
		case !asked[name]:
			t.Errorf("nobody has asked for %s: the test is blind to it", name)
		case !worked[name] && !testing.Short():
			t.Errorf("%s was always refused: the test is blind to it", name)
		}
	}
}

func reportDifference(t *testing.T, seed uint64, low, high string) {
	t.Helper()
	a, b := strings.Split(low, "\n"), strings.Split(high, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("game %d, line %d:\n%s\n%s", seed, i, a[i], b[i])
		}
	}
	t.Fatalf("game %d: %d and %d messages", seed, len(a), len(b))
}

// apart are the requests that say nothing about a room, or end the user who asks.
var apart = []string{"ping", "createRoom", "forgetMe", "resolveCode"}

// requests are the names of all that a client can ask for about a room.
func requests(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`request: \{ const: (\w+) \}`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(apart, m[1]) {
			names[m[1]] = true
		}
	}
	return names
}

// sortEstimates puts the estimates of a history in the order of the players' names.
func sortEstimates(content any) {
	rounds, _ := content.(map[string]any)["rounds"].([]any)
	for _, round := range rounds {
		slices.SortFunc(round.(map[string]any)["estimates"].([]any), func(a, b any) int {
			return strings.Compare(a.(map[string]any)["userId"].(string), b.(map[string]any)["userId"].(string))
		})
	}
}

// observed plays a game and returns what everybody but Bob was sent, and when.
func observed(t *testing.T, seed uint64, w world, asked, worked map[string]bool) string {
	t.Helper()
	var seen []string // sorted: between goroutines of one instant chance decides
	inBubble(t, []string{"-data", "none", "-message-rate", "0", "-max-connections-per-session", "0"}, func(s *server) {
		g := newInterference(s, seed, w)
		g.asked, g.worked = asked, worked
		names := map[string]string{}
		for _, seat := range append(slices.Clone(g.seats), g.walt) {
			names[seat.browser.userID] = seat.name
		}
		bob := g.seat("Bob").browser.userID
		begun := time.Now()
		s.mu.Lock()
		s.tap = func(user string, bytes []byte) {
			if user == bob {
				return
			}
			// Ids are known by whose they are; members and estimates come in the order
			// of their random ids, which says nothing.
			var content any
			if err := json.Unmarshal(ids.ReplaceAllFunc(bytes, func(id []byte) []byte {
				switch {
				case strings.HasPrefix(string(id), `"code"`):
					return []byte(`"code":"a room's"`)
				case id[0] == '"':
					return nil // an epoch
				}
				return []byte(cmp.Or(names[string(id)], "room"))
			}), &content); err != nil {
				t.Fatal(err)
			}
			sortEstimates(content)
			text, _ := json.Marshal(content)
			seen = append(seen, fmt.Sprintf("%9d %s %d %s", time.Since(begun).Milliseconds(), names[user], len(bytes), text))
		}
		s.mu.Unlock()
		g.play(400)
		s.mu.Lock()
		s.tap = nil
		s.mu.Unlock()
	})
	slices.Sort(seen)
	return strings.Join(seen, "\n")
}
