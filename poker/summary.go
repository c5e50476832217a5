package poker

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Summary is what the numbers of a revealed round say. The numbers are nil
// where they have no meaning.
type Summary struct {
	Votes        int
	Distribution []Count // in deck order; values outside the deck follow, sorted
	Mean         *float64
	Median       *float64
	Min          *float64
	Max          *float64
	Consensus    bool // all equal, and at least two
	Spread       *int // steps in the deck between the lowest and highest number-like card
}

// Count says how many members gave a value.
type Count struct {
	Value string
	Count int
}

// Summarise says what the votes of a revealed round come to. A value counts as
// a number, and enters mean, median, least and greatest, if it is ½, ¼, ¾ or a decimal such as 8, 0.5 or .5.
//
// The spread counts the steps of the deck between the lowest and the highest
// card given. The steps of a deck are its numbers; if it has none, as with
// T-shirt sizes, all its cards but ?, ☕ and ∞. It is nil when no step was
// given, and for a deck without cards.
func Summarise(deck Deck, votes []Vote) *Summary {
	return summarise(deck, func(yield func(string) bool) {
		for _, v := range votes {
			if !yield(v.Value) {
				return
			}
		}
	})
}

// Summary is the finished round's, or nil when nothing of it was revealed.
func (f Finished) Summary() *Summary {
	if len(f.Votes) == 0 {
		return nil
	}
	return summarise(f.Deck, func(yield func(string) bool) {
		for _, v := range f.Votes {
			if !yield(v.Vote.Value) {
				return
			}
		}
	})
}

func summarise(deck Deck, values iter.Seq[string]) *Summary {
	n, counts := 0, make(map[string]int)
	for v := range values {
		n++
		counts[v]++
	}
	s := &Summary{
		Votes:        n,
		Distribution: distribution(deck, counts),
		Consensus:    len(counts) == 1 && n >= 2,
		Spread:       spread(deck, counts),
	}
	s.count()
	return s
}

func distribution(deck Deck, counts map[string]int) []Count {
	d := make([]Count, 0, len(counts))
	for _, card := range deck.Cards {
		if n := counts[card]; n > 0 {
			d = append(d, Count{card, n})
		}
	}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if deck.Index(value) < 0 {
			d = append(d, Count{value, counts[value]})
		}
	}
	return d
}

// count fills in mean, median, least and greatest from the distribution.
func (s *Summary) count() {
	type numbers struct {
		value float64
		count int
	}
	var all []numbers
	n, sum := 0, 0.0
	for _, c := range s.Distribution {
		if value, ok := number(c.Value); ok {
			all = append(all, numbers{value, c.Count})
			n += c.Count
			sum += value * float64(c.Count)
		}
	}
	if n == 0 {
		return
	}
	slices.SortFunc(all, func(a, b numbers) int { return cmp.Compare(a.value, b.value) })
	// at is the i-th number if they were all laid out in order.
	at := func(i int) float64 {
		for _, x := range all {
			if i < x.count {
				return x.value
			}
			i -= x.count
		}
		panic("poker: fewer numbers than were counted")
	}
	s.Mean = new(sum / float64(n))
	s.Median = new((at((n-1)/2) + at(n/2)) / 2)
	s.Min = new(at(0))
	s.Max = new(at(n - 1))
}

func spread(deck Deck, counts map[string]int) *int {
	isStep := deck.isStep()
	step, lowest, highest := 0, -1, -1
	for _, card := range deck.Cards {
		if !isStep(card) {
			continue
		}
		if counts[card] > 0 {
			highest = step
			if lowest < 0 {
				lowest = step
			}
		}
		step++
	}
	if lowest < 0 {
		return nil
	}
	return new(highest - lowest)
}

// isStep returns what says whether a value is a step of the deck: a number, or
// where none of the cards is one, anything but a special card.
func (d Deck) isStep() func(value string) bool {
	isNumber := func(value string) bool { _, ok := number(value); return ok }
	if slices.ContainsFunc(d.Cards, isNumber) {
		return isNumber
	}
	return func(value string) bool { return !special(value) }
}

// special says that a card stands beside the scale and not on it. Keyboards
// may add the emoji variation selector.
func special(card string) bool {
	switch strings.TrimSuffix(card, "\ufe0f") {
	case "?", "☕", "∞":
		return true
	}
	return false
}

// number reads a card as a number. Stricter than strconv, which also knows
// exponents, hexadecimals, infinity and "not a number".
func number(card string) (float64, bool) {
	switch card {
	case "¼":
		return 0.25, true
	case "½":
		return 0.5, true
	case "¾":
		return 0.75, true
	}
	if len(card) > ValueLength || strings.Trim(card, "-.0123456789") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(card, 64)
	return x + 0, err == nil // -0 + 0 is 0
}
