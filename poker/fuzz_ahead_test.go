package poker_test

import (
	"slices"

	"example.com/pokey/poker"
)

// revealedAhead notes what was revealed together, since a round.
func (g *game) revealedAhead(since int) {
	for _, f := range g.room.History() {
		if f.Round < since {
			continue
		}
		if f.RevealedBy == "" || f.Hidden > 0 || len(f.Votes) == 0 || f.Topic.ID != 0 {
			g.t.Fatalf("got %+v, want a round that somebody has revealed", f)
		}
		for _, c := range canaries(f) {
			g.shown[c] = true
		}
	}
}

// topicsStay checks that no topic gets another's id.
func (g *game) topicsStay(was, is []poker.Story) {
	for i, t := range is {
		at := slices.IndexFunc(was, func(o poker.Story) bool { return o.ID == t.ID })
		if t.ID == 0 || slices.ContainsFunc(is[:i], func(o poker.Story) bool { return o.ID == t.ID }) || at >= 0 && was[at] != t {
			g.t.Fatalf("got topics %v, want each to keep its own id; before %v", is, was)
		}
	}
}

// ahead compares what is shown of the estimates made ahead with what there is.
func (g *game) ahead(s *poker.Snapshot, state poker.State) {
	counts := make([]int, len(s.Topics))
	for _, m := range s.Members {
		own := g.room.OwnAhead(m.ID)
		n := 0
		for i, t := range s.Topics {
			if _, ok := own[t.ID]; ok && m.Role == poker.Estimator {
				counts[i]++
				n++
			}
		}
		if m.Ahead != n || m.Role == poker.Estimator && len(own) != n || len(state.Members[m.ID].Ahead) != len(own) {
			g.t.Fatalf("%s has estimated %v of %v ahead, but is shown with %d", m.ID, own, s.Topics, m.Ahead)
		}
	}
	if s.Ahead != nil && !slices.Equal(s.Ahead, counts) || s.Ahead == nil && slices.Max(append(counts, 0)) > 0 {
		g.t.Fatalf("estimated ahead: got %v, want %v", s.Ahead, counts)
	}
}
