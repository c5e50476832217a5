package poker

import (
	"iter"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// Limits of what a room keeps of its finished rounds, in bytes as [Finished.Size]
// counts them.
const (
	// HistoryLength is the number of finished rounds that a room keeps. The oldest
	// are dropped.
	HistoryLength = 100
	// HistoryBytes limits all of them together. The oldest are dropped.
	HistoryBytes = 1 << 20
	// RoundBytes limits one finished round: see [Finished.fit]. As JSON, where no
	// text becomes more than twice as long, a round stays below 256 KiB.
	RoundBytes = 120 << 10
)

// Estimates of the bytes that go with the texts: user ids, numbers and names of
// fields.
const (
	roundOverhead = 512
	voteOverhead  = 128
)

// Size estimates the bytes that the round takes. A value counts twice, since the
// summary has it too.
func (f Finished) Size() int {
	n := roundOverhead + f.Topic.size() + len(f.Deck.Name) + len(f.Agreed) + len(f.RevealedBy)
	for _, card := range f.Deck.Cards {
		n += len(card)
	}
	for _, v := range f.Votes {
		n += v.size()
	}
	return n
}

func (v FinishedVote) size() int {
	return voteOverhead + len(v.Name) + 2*len(v.Vote.Value) + len(v.Vote.Comment)
}

// AgreedNumber is the agreed value as a number, nil if it is none: [scale] says what
// is one, for the deck of the round or, without a deck, for what was given in it.
func (f Finished) AgreedNumber() *float64 {
	return agreedNumber(f.Agreed, f.Deck, func(yield func(string) bool) {
		for _, v := range f.Votes {
			if !yield(v.Vote.Value) {
				return
			}
		}
	})
}

func agreedNumber(agreed string, deck Deck, given iter.Seq[string]) *float64 {
	if agreed == "" {
		return nil
	}
	values := deck.Cards
	if len(values) == 0 {
		values = append(slices.Collect(given), agreed)
	}
	if x, ok := scaleOf(values).number(agreed); ok {
		return &x
	}
	return nil
}

func (c AmendRound) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(r.state.History, func(f Finished) bool { return f.Round == c.Round })
	if i < 0 {
		return nil, ErrUnknownRound
	}
	f := r.state.History[i]
	agreed, err := f.Deck.agreed(c.Agreed)
	if err != nil {
		return nil, err
	}
	if agreed == f.Agreed {
		return nil, nil
	}
	f.Agreed = agreed
	r.state.History = slices.Clone(r.state.History)
	r.state.History[i] = f
	if undo := r.state.Undo; undo != nil && undo.What == undoClear && f.Round == r.state.Round-1 && undo.Revealed {
		undo.Agreed = agreed // else an undo would bring back the old one; a hidden round has none
	}
	return r.amended(), nil
}

// amended counts a change of finished rounds, so that a client knows that what it has
// of the history is no longer true.
func (r *Room) amended() []Event {
	r.state.Amended++
	return []Event{Changed{AspectHistory}}
}

// fit cuts a round down to [RoundBytes]. It shortens the longest comments first,
// all to one length. If that is not enough, as in a room of many hundreds, it
// leaves out the last estimates and counts them as hidden. It does not change f's
// votes.
func (f Finished) fit() Finished {
	excess := f.Size() - RoundBytes
	if excess <= 0 {
		return f
	}
	f.Votes = slices.Clone(f.Votes)
	lengths := make([]int, len(f.Votes))
	for i, v := range f.Votes {
		lengths[i] = len(v.Vote.Comment)
	}
	most := level(lengths, excess)
	for i := range f.Votes {
		f.Votes[i].Vote.Comment = shorten(f.Votes[i].Vote.Comment, most)
	}
	for size := f.Size(); size > RoundBytes && len(f.Votes) > 0; f.Hidden++ {
		last := len(f.Votes) - 1
		size -= f.Votes[last].size()
		f.Votes = f.Votes[:last]
	}
	return f
}

// level returns the greatest length to which all longer texts must be cut to remove
// excess bytes, or zero if that is not enough.
func level(lengths []int, excess int) int {
	slices.SortFunc(lengths, func(a, b int) int { return b - a })
	for i, longest := range lengths {
		next := 0
		if i+1 < len(lengths) {
			next = lengths[i+1]
		}
		n := i + 1
		if cut := n * (longest - next); cut < excess {
			excess -= cut
			continue
		}
		return longest - (excess+n-1)/n
	}
	return 0
}

// shorten cuts a text that is longer than most bytes, between two characters, and
// ends it with an ellipsis.
func shorten(s string, most int) string {
	const ellipsis = "…"
	if len(s) <= most {
		return s
	}
	end, state := 0, -1
	for rest := s; rest != ""; {
		var character string
		character, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end+len(character)+len(ellipsis) > most {
			break
		}
		end += len(character)
	}
	if end == 0 {
		return ""
	}
	return strings.TrimRight(s[:end], " ") + ellipsis
}

// trimHistory returns the newest rounds, as many as the limits allow.
func trimHistory(rounds []Finished) []Finished {
	size, first := 0, len(rounds)
	for first > 0 && len(rounds)-first < HistoryLength {
		if size += rounds[first-1].Size(); size > HistoryBytes {
			break
		}
		first--
	}
	return rounds[first:]
}
