package poker_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

func TestSummarise(t *testing.T) {
	preset := func(name string) poker.Deck { d, _ := poker.Preset(name); return d }
	free := poker.Deck{Name: "free"}
	cards := func(all ...string) poker.Deck {
		if len(all) == 1 {
			all = strings.Fields(all[0])
		}
		return poker.Deck{Name: "ours", Cards: all}
	}
	for _, test := range []struct {
		what  string
		deck  poker.Deck
		votes []string
		want  string
	}{
		{"none", preset("fibonacci"), nil, "votes 0:; mean none, median none, min none, max none, spread none, consensus false, lowest none, highest none, recommended none"},
		{"one", preset("fibonacci"), []string{"5"}, "votes 1: 5×1@5; mean 5, median 5, min 5, max 5, spread 0, consensus false, lowest 5, highest 5, recommended 5"},
		{"two", preset("fibonacci"), []string{"5", "5"}, "votes 2: 5×2@5; mean 5, median 5, min 5, max 5, spread 0, consensus true, lowest 5, highest 5, recommended 5"},
		{"deck order", preset("fibonacci"), []string{"13", "?", "2", "13"}, "votes 4: 2×1@3 13×2@7 ?×1; mean 9.333, median 13, min 2, max 13, spread 4, consensus false, lowest 2, highest 13, recommended 13"},
		{"even median", preset("fibonacci"), []string{"1", "2", "8", "13"}, "votes 4: 1×1@2 2×1@3 8×1@6 13×1@7; mean 6, median 5, min 1, max 13, spread 5, consensus false, lowest 1, highest 13, recommended 5"},
		{"all doubt", preset("fibonacci"), []string{"?", "?"}, "votes 2: ?×2; mean none, median none, min none, max none, spread none, consensus true, lowest none, highest none, recommended none"},
		{"half", preset("modified-fibonacci"), []string{"½", "0", "1"}, "votes 3: 0×1@1 ½×1@2 1×1@3; mean 0.5, median 0.5, min 0, max 1, spread 2, consensus false, lowest 0, highest 1, recommended ½"},
		{"quarters", poker.Deck{Name: "q", Cards: []string{"¼", "½", "¾", "1.25"}}, []string{"¼", "¾", "1.25"}, "votes 3: ¼×1@1 ¾×1@3 1.25×1@4; mean 0.75, median 0.75, min 0.25, max 1.25, spread 3, consensus false, lowest ¼, highest 1.25, recommended ¾"},
		{"shirts", preset("tshirt"), []string{"S", "XXL", "☕"}, "votes 3: S×1@2 XXL×1@6 ☕×1; mean none, median none, min none, max none, spread 4, consensus false, lowest S, highest XXL, recommended L"},
		{"specials between steps", poker.Deck{Name: "b", Cards: []string{"S", "?", "∞", "☕\ufe0f", "M"}}, []string{"S", "M", "∞", "☕\ufe0f"}, "votes 4: S×1@1 ∞×1 ☕️×1 M×1@2; mean none, median none, min none, max none, spread 1, consensus false, lowest S, highest M, recommended M"},
		{"words among numbers are no steps", poker.Deck{Name: "w", Cards: []string{"1", "pass", "2", "huge"}}, []string{"1", "2", "huge", "pass"}, "votes 4: 1×1@1 pass×1 2×1@2 huge×1; mean 1.5, median 1.5, min 1, max 2, spread 1, consensus false, lowest 1, highest 2, recommended 2"},
		{"a deck out of order", poker.Deck{Name: "d", Cards: []string{"8", "1", "3"}}, []string{"3", "8", "1"}, "votes 3: 8×1@3 1×1@1 3×1@2; mean 4, median 3, min 1, max 8, spread 2, consensus false, lowest 1, highest 8, recommended 3"},
		{"no deck, no spread", free, []string{"8", "10", "a week"}, "votes 3: 10×1 8×1 a week×1; mean 9, median 9, min 8, max 10, spread none, consensus false, lowest none, highest none, recommended none"},
		{"not numbers", free, []string{"NaN", "Inf", "-inf", "0x10", "1e3", "1_0", "+1", "1,5", "1.2.3", "-", ".", "５", "1½"}, "votes 13: +1×1 -×1 -inf×1 .×1 0x10×1 1,5×1 1.2.3×1 1_0×1 1e3×1 1½×1 Inf×1 NaN×1 ５×1; mean 1.5, median 1.5, min 1.5, max 1.5, spread none, consensus false, lowest none, highest none, recommended none"},
		{"numbers", free, []string{"-1", ".5", "0.25", "9999999999999999"}, "votes 4: -1×1@1 0.25×1@2 .5×1@3 9999999999999999×1@4; mean 2.5e+15, median 0.375, min -1, max 1e+16, spread none, consensus false, lowest -1, highest 9999999999999999, recommended none"},
		{"not of the deck", preset("sequential"), []string{"40", "b", "1", "a"}, "votes 4: 1×1@2 40×1 a×1 b×1; mean 20.5, median 20.5, min 1, max 40, spread 0, consensus false, lowest 1, highest 1, recommended none"},
		{"K10: fractions in a deck", cards("0 1/2 1 2 ?"), []string{"1/2", "2", "?"}, "votes 3: 1/2×1@2 2×1@4 ?×1; mean 1.25, median 1.25, min 0.5, max 2, spread 2, consensus false, lowest 1/2, highest 2, recommended 2"},
		{"a fraction beside a whole", cards("1", "1 1/2", "2"), []string{"1 1/2", "2"}, "votes 2: 1 1/2×1@2 2×1@3; mean 1.75, median 1.75, min 1.5, max 2, spread 1, consensus false, lowest 1 1/2, highest 2, recommended 2"},
		{"K10: a decimal comma", cards("0,5 1 2 3"), []string{"0,5", "1"}, "votes 2: 0,5×1@1 1×1@2; mean 0.75, median 0.75, min 0.5, max 1, spread 1, consensus false, lowest 0,5, highest 1, recommended 1"},
		{"K10: a unit that all cards have", cards("1 SP", "2 SP", "3 SP", "☕"), []string{"1 SP", "3 SP", "☕"}, "votes 3: 1 SP×1@1 3 SP×1@3 ☕×1; mean 2, median 2, min 1, max 3, spread 2, consensus false, lowest 1 SP, highest 3 SP, recommended 2 SP"},
		{"a unit and nothing", cards("0 1h 2h 4h ?"), []string{"0", "2h", "2h"}, "votes 3: 0×1@1 2h×2@3; mean 1.333, median 2, min 0, max 2, spread 2, consensus false, lowest 0, highest 2h, recommended 2h"},
		{"a currency in front", cards("€5 €10 €20"), []string{"€5", "€20"}, "votes 2: €5×1@1 €20×1@3; mean 12.5, median 12.5, min 5, max 20, spread 2, consensus false, lowest €5, highest €20, recommended €20"},
		{"one day, two days", cards("1 day", "2 days", "5 days"), []string{"1 day", "5 days"}, "votes 2: 1 day×1@1 5 days×1@3; mean 3, median 3, min 1, max 5, spread 2, consensus false, lowest 1 day, highest 5 days, recommended 5 days"},
		{"ein Tag, zwei Tage", cards("1 Tag", "2 Tage"), []string{"1 Tag", "2 Tage"}, "votes 2: 1 Tag×1@1 2 Tage×1@2; mean 1.5, median 1.5, min 1, max 2, spread 1, consensus false, lowest 1 Tag, highest 2 Tage, recommended 2 Tage"},
		{"hours and days are not one unit", cards("1h 2h 1d 2d"), []string{"2h", "1d"}, "votes 2: 2h×1@2 1d×1@3; mean none, median none, min none, max none, spread 1, consensus false, lowest 2h, highest 1d, recommended 1d"},
		{"a unit on some cards only", cards("1 2 3h"), []string{"1", "2", "3h"}, "votes 3: 1×1@1 2×1@2 3h×1; mean 1.5, median 1.5, min 1, max 2, spread 1, consensus false, lowest 1, highest 2, recommended 2"},
		{"thousands", cards("500 1,000 1,500.5 2,000"), []string{"500", "1,500.5"}, "votes 2: 500×1@1 1,500.5×1@3; mean 1000, median 1000, min 500, max 1500, spread 2, consensus false, lowest 500, highest 1,500.5, recommended 1,500.5"},
		{"K11: fractions as characters", cards("¼ ½ ¾ 1 1½ ⅔"), []string{"¼", "1½"}, "votes 2: ¼×1@1 1½×1@6; mean 0.875, median 0.875, min 0.25, max 1.5, spread 5, consensus false, lowest ¼, highest 1½, recommended 1"},
		{"K11: emoji, all equal", cards("🍎 🍌 🍒"), []string{"🍌", "🍌"}, "votes 2: 🍌×2@2; mean none, median none, min none, max none, spread 0, consensus true, lowest 🍌, highest 🍌, recommended 🍌"},
		{"K11: a decimal comma without a deck", free, []string{"0,5", "2"}, "votes 2: 0,5×1@1 2×1@2; mean 1.25, median 1.25, min 0.5, max 2, spread none, consensus false, lowest 0,5, highest 2, recommended none"},
		{"K12: free texts by their number", free, []string{"5 days", "2 days", "10 days", "?"}, "votes 4: 2 days×1@1 5 days×1@2 10 days×1@3 ?×1; mean 5.667, median 5, min 2, max 10, spread none, consensus false, lowest 2 days, highest 10 days, recommended none"},
		{"K12: free texts of which one has none", free, []string{"5 days", "2 days", "huge"}, "votes 3: 2 days×1 5 days×1 huge×1; mean none, median none, min none, max none, spread none, consensus false, lowest none, highest none, recommended none"},
		{"a range and a time are not numbers", cards("1-2 3-5 10:30"), []string{"1-2", "3-5"}, "votes 2: 1-2×1@1 3-5×1@2; mean none, median none, min none, max none, spread 1, consensus false, lowest 1-2, highest 3-5, recommended 3-5"},
		{"a negative comma with a minus sign", free, []string{"−1,5", "1"}, "votes 2: −1,5×1@1 1×1@2; mean -0.25, median -0.25, min -1.5, max 1, spread none, consensus false, lowest −1,5, highest 1, recommended none"},
		{"nothing is divided by zero", cards("1/0 1"), []string{"1/0", "1"}, "votes 2: 1/0×1 1×1@1; mean 1, median 1, min 1, max 1, spread 0, consensus false, lowest 1, highest 1, recommended 1"},
		{"median between two cards", preset("fibonacci"), []string{"3", "8"}, "votes 2: 3×1@4 8×1@6; mean 5.5, median 5.5, min 3, max 8, spread 2, consensus false, lowest 3, highest 8, recommended 8"},
		{"median between two shirts", preset("tshirt"), []string{"S", "XL", "?"}, "votes 3: S×1@2 XL×1@5 ?×1; mean none, median none, min none, max none, spread 3, consensus false, lowest S, highest XL, recommended L"},
		{"equal numbers that look different", free, []string{"1", "1.0"}, "votes 2: 1×1@1 1.0×1@2; mean 1, median 1, min 1, max 1, spread none, consensus false, lowest 1, highest 1.0, recommended none"},
	} {
		if got := summary(poker.Summarise(test.deck, votes(test.votes))); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.what, got, test.want)
		}
	}
}

func TestNoNegativeZero(t *testing.T) {
	s := poker.Summarise(poker.Deck{Name: "free"}, votes([]string{"-0", "-0.0"}))
	for _, x := range []*float64{s.Mean, s.Median, s.Min, s.Max} {
		if *x != 0 || math.Signbit(*x) {
			t.Errorf("got %v, want 0", *x)
		}
	}
}

// TestSummariseReference compares random rounds with a plain computation.
func TestSummariseReference(t *testing.T) {
	names := []string{"fibonacci", "modified-fibonacci", "tshirt", "powers-of-two", "sequential", "hours"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		deck, _ := poker.Preset(names[random.IntN(len(names))])
		given := make([]string, random.IntN(12))
		few := 1 + random.IntN(len(deck.Cards)) // now and then everybody agrees
		for i := range given {
			given[i] = deck.Cards[random.IntN(few)]
		}
		got, want := poker.Summarise(deck, votes(given)), plain(deck, given)
		if got.Mean != nil && want.Mean != nil && math.Abs(*got.Mean-*want.Mean) < 1e-9 {
			got.Mean = want.Mean // the order of additions may differ
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%v:\n got %s\nwant %s", given, summary(got), summary(want))
		}
	}
}

// plain goes through the votes one by one, and knows the cards' values from a
// table.
func plain(deck poker.Deck, given []string) *poker.Summary {
	values := map[string]float64{
		"0": 0, "½": 0.5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10, "11": 11, "12": 12,
		"13": 13, "16": 16, "20": 20, "21": 21, "24": 24, "32": 32, "34": 34, "40": 40, "64": 64, "100": 100,
	}
	sizes := []string{"XS", "S", "M", "L", "XL", "XXL"}
	var numbers []float64
	var steps []int
	total := 0.0
	s := &poker.Summary{Votes: len(given), Distribution: []poker.Count{}, Consensus: len(given) > 1}
	for _, v := range given {
		x, ok := values[v]
		if ok {
			numbers = append(numbers, x)
			total += x
		}
		if ok || slices.Contains(sizes, v) {
			steps = append(steps, slices.Index(deck.Cards, v))
		}
		s.Consensus = s.Consensus && v == given[0]
	}
	for _, card := range deck.Cards {
		n := 0
		for _, v := range given {
			if v == card {
				n++
			}
		}
		if n > 0 {
			s.Distribution = append(s.Distribution, poker.Count{Value: card, Count: n})
		}
	}
	if len(steps) > 0 {
		s.Spread = new(slices.Max(steps) - slices.Min(steps))
	}
	if n := len(steps); n > 0 {
		for i, c := range s.Distribution {
			if at := slices.Index(deck.Cards, c.Value); slices.Contains(steps, at) {
				s.Distribution[i].Step = at + 1 // what has no rank is at the end of a preset
			}
		}
		slices.Sort(steps)
		s.Lowest, s.Highest = deck.Cards[steps[0]], deck.Cards[steps[n-1]]
		s.Recommended = deck.Cards[(steps[(n-1)/2]+steps[n/2]+1)/2]
	}
	if n := len(numbers); n > 0 {
		slices.Sort(numbers)
		s.Mean, s.Min, s.Max = new(total/float64(n)), new(numbers[0]), new(numbers[n-1])
		s.Median = new(numbers[n/2])
		if n%2 == 0 {
			s.Median = new((numbers[n/2-1] + numbers[n/2]) / 2)
		}
		s.Recommended = deck.Cards[slices.IndexFunc(deck.Cards, func(c string) bool { x, ok := values[c]; return ok && x >= *s.Median })]
	}
	return s
}

func votes(values []string) []poker.Vote {
	v := make([]poker.Vote, len(values))
	for i := range values {
		v[i].Value = values[i]
	}
	return v
}
