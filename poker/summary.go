package poker

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Summary summarises a revealed round. A number that has no meaning is nil.
type Summary struct {
	Votes        int
	Distribution []Count // in deck order; values outside the deck follow, sorted
	Mean         *float64
	Median       *float64
	Min          *float64
	Max          *float64
	Consensus    bool // all equal, and at least two
	Spread       *int // steps in the deck between the lowest and the highest

	// Lowest and Highest are those of the values that mean more or less than others;
	// empty where none does.
	Lowest, Highest string
	// Recommended is the card to agree on if nobody says why not: of those at or above
	// the median the lowest. It is empty without a deck, and where no value has a rank.
	Recommended string
}

// Count is the number of members who gave a value, and the step of the deck that
// the value is, from 1; zero for a value without a rank.
type Count struct {
	Value string
	Count int
	Step  int
}

// Summarise summarises the votes of a revealed round. [scale] decides which values
// are numbers, for mean, median, minimum and maximum.
//
// The steps of a deck are its numbers, by size or, if it has none, as with T-shirt
// sizes, all its cards but ?, ☕ and ∞. The spread is the number of steps between
// the lowest and the highest card given. It is nil if no step was given, and for a
// deck without cards. Values given without a deck have a rank only if all of them,
// but for those three, are numbers.
func Summarise(deck Deck, votes []Vote) *Summary {
	return summarise(deck, func(yield func(string) bool) {
		for _, v := range votes {
			if !yield(v.Value) {
				return
			}
		}
	})
}

// Summary returns the summary of the finished round, nil if the round was not
// revealed.
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
	s := &Summary{Votes: n, Consensus: len(counts) == 1 && n >= 2}
	free := len(deck.Cards) == 0
	all := deck.Cards
	if free {
		all = slices.Sorted(maps.Keys(counts))
	}
	scale := scaleOf(all)
	steps := scale.rank(all)
	if free {
		if !scale.covers(all) {
			steps = nil
		} else {
			all = append(slices.Clone(steps), slices.DeleteFunc(all, func(v string) bool { return !special(v) })...)
		}
	}
	s.Distribution = distribution(all, counts)
	s.count(scale)
	s.place(scale, steps, counts, free)
	return s
}

// covers reports whether all values but ?, ☕ and ∞ are numbers.
func (s scale) covers(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { _, ok := s.number(v); return !ok && !special(v) })
}

// distribution counts the values in the order of all; those that are not among them
// follow, sorted.
func distribution(all []string, counts map[string]int) []Count {
	d := make([]Count, 0, len(counts))
	for _, value := range all {
		if n := counts[value]; n > 0 {
			d = append(d, Count{Value: value, Count: n})
		}
	}
	if len(d) == len(counts) {
		return d
	}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if !slices.Contains(all, value) {
			d = append(d, Count{Value: value, Count: counts[value]})
		}
	}
	return d
}

// place fills in what follows from where the values are among the steps.
func (s *Summary) place(scale scale, steps []string, counts map[string]int, free bool) {
	lowest, highest, n := -1, -1, 0
	for i, step := range steps {
		if counts[step] > 0 {
			if lowest < 0 {
				lowest = i
			}
			highest = i
			n += counts[step]
		}
	}
	if n == 0 {
		return
	}
	for i, c := range s.Distribution {
		s.Distribution[i].Step = slices.Index(steps, c.Value) + 1
	}
	s.Lowest, s.Highest = steps[lowest], steps[highest]
	if free {
		return
	}
	s.Spread = new(highest - lowest)
	// at is the step of the i-th value if they were all laid out in order.
	at := func(i int) int {
		return slices.IndexFunc(steps, func(step string) bool {
			i -= counts[step]
			return i < 0
		})
	}
	middle := (at((n-1)/2) + at(n/2) + 1) / 2 // where there are no numbers
	if s.Median != nil {
		middle = slices.IndexFunc(steps, func(step string) bool { x, _ := scale.number(step); return x >= *s.Median })
	}
	if middle >= 0 {
		s.Recommended = steps[middle]
	}
}

// count computes mean, median, minimum and maximum from the distribution.
func (s *Summary) count(scale scale) {
	type numbers struct {
		value float64
		count int
	}
	var all []numbers
	n, sum := 0, 0.0
	for _, c := range s.Distribution {
		if value, ok := scale.number(c.Value); ok {
			all = append(all, numbers{value, c.Count})
			n += c.Count
			sum += value * float64(c.Count)
		}
	}
	if n == 0 {
		return
	}
	slices.SortFunc(all, func(a, b numbers) int { return cmp.Compare(a.value, b.value) })
	// at returns the i-th number, as if they were all laid out in order.
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
