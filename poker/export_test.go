package poker

import (
	"maps"
	"slices"
)

// Copy is the same room once more, so that a test can try something on it.
func (r *Room) Copy() *Room {
	return &Room{state: r.state.clone(), order: slices.Clone(r.order), tally: r.tally}
}

// Consistent reports whether what a room keeps for speed says what its state says.
func (r *Room) Consistent() bool {
	c := r.Copy()
	c.recount()
	return c.tally == r.tally && slices.Equal(r.order, slices.Sorted(maps.Keys(r.state.Members)))
}
