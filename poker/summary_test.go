package poker_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"example.com/pokey/poker"
)

func TestSummarise(t *testing.T) {
	preset := func(name string) poker.Deck { d, _ := poker.Preset(name); return d }
	free := poker.Deck{Name: "free"}
	for _, test := range []struct {
		what  string
		deck  poker.Deck
		votes []string
		want  string
	}{
		{"none", preset("fibonacci"), nil, "votes 0:; mean none, median none, min none, max none, spread none, consensus false"},
		{"one", preset("fibonacci"), []string{"5"}, "votes 1: 5×1; mean 5, median 5, min 5, max 5, spread 0, consensus false"},
		{"two", preset("fibonacci"), []string{"5", "5"}, "votes 2: 5×2; mean 5, median 5, min 5, max 5, spread 0, consensus true"},
		{"deck order", preset("fibonacci"), []string{"13", "?", "2", "13"}, "votes 4: 2×1 13×2 ?×1; mean 9.333, median 13, min 2, max 13, spread 4, consensus false"},
		{"even median", preset("fibonacci"), []string{"1", "2", "8", "13"}, "votes 4: 1×1 2×1 8×1 13×1; mean 6, median 5, min 1, max 13, spread 5, consensus false"},
		{"all doubt", preset("fibonacci"), []string{"?", "?"}, "votes 2: ?×2; mean none, median none, min none, max none, spread none, consensus true"},
		{"half", preset("modified-fibonacci"), []string{"½", "0", "1"}, "votes 3: 0×1 ½×1 1×1; mean 0.5, median 0.5, min 0, max 1, spread 2, consensus false"},
		{"quarters", poker.Deck{Name: "q", Cards: []string{"¼", "½", "¾", "1.25"}}, []string{"¼", "¾", "1.25"}, "votes 3: ¼×1 ¾×1 1.25×1; mean 0.75, median 0.75, min 0.25, max 1.25, spread 3, consensus false"},
		{"shirts", preset("tshirt"), []string{"S", "XXL", "☕"}, "votes 3: S×1 XXL×1 ☕×1; mean none, median none, min none, max none, spread 4, consensus false"},
		{"specials between steps", poker.Deck{Name: "b", Cards: []string{"S", "?", "∞", "☕\ufe0f", "M"}}, []string{"S", "M", "∞", "☕\ufe0f"}, "votes 4: S×1 ∞×1 ☕️×1 M×1; mean none, median none, min none, max none, spread 1, consensus false"},
		{"words among numbers are no steps", poker.Deck{Name: "w", Cards: []string{"1", "pass", "2", "huge"}}, []string{"1", "2", "huge", "pass"}, "votes 4: 1×1 pass×1 2×1 huge×1; mean 1.5, median 1.5, min 1, max 2, spread 1, consensus false"},
		{"a deck out of order", poker.Deck{Name: "d", Cards: []string{"8", "1", "3"}}, []string{"3", "8", "1"}, "votes 3: 8×1 1×1 3×1; mean 4, median 3, min 1, max 8, spread 2, consensus false"},
		{"no deck, no spread", free, []string{"8", "10", "a week"}, "votes 3: 10×1 8×1 a week×1; mean 9, median 9, min 8, max 10, spread none, consensus false"},
		{"not numbers", free, []string{"NaN", "Inf", "-inf", "0x10", "1e3", "1_0", "+1", "1,5", "1.2.3", "-", ".", "５", "1½"}, "votes 13: +1×1 -×1 -inf×1 .×1 0x10×1 1,5×1 1.2.3×1 1_0×1 1e3×1 1½×1 Inf×1 NaN×1 ５×1; mean none, median none, min none, max none, spread none, consensus false"},
		{"numbers", free, []string{"-1", ".5", "0.25", "9999999999999999"}, "votes 4: -1×1 .5×1 0.25×1 9999999999999999×1; mean 2.5e+15, median 0.375, min -1, max 1e+16, spread none, consensus false"},
		{"not of the deck", preset("sequential"), []string{"40", "b", "1", "a"}, "votes 4: 1×1 40×1 a×1 b×1; mean 20.5, median 20.5, min 1, max 40, spread 0, consensus false"},
		{"equal numbers that look different", free, []string{"1", "1.0"}, "votes 2: 1×1 1.0×1; mean 1, median 1, min 1, max 1, spread none, consensus false"},
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
			t.Errorf("%v", *x)
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
	if n := len(numbers); n > 0 {
		slices.Sort(numbers)
		s.Mean, s.Min, s.Max = new(total/float64(n)), new(numbers[0]), new(numbers[n-1])
		s.Median = new(numbers[n/2])
		if n%2 == 0 {
			s.Median = new((numbers[n/2-1] + numbers[n/2]) / 2)
		}
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
