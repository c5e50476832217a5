package cluster

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/pokey/cluster/membership"
)

// currentView holds the newest view. It is made from the newest snapshot and the
// losses of links.
type currentView struct {
	view     atomic.Pointer[membership.View]
	onChange func(before, after *membership.View) // called in order, with after stored

	mu       sync.Mutex
	snapshot membership.Snapshot
	losses   map[string]int // of the link to each member, by its ID
}

func newCurrentView(onChange func(before, after *membership.View)) *currentView {
	c := &currentView{onChange: onChange, losses: map[string]int{}}
	c.view.Store(membership.NewView(membership.Snapshot{}, nil))
	return c
}

func (c *currentView) load() *membership.View { return c.view.Load() }

// set replaces the snapshot.
func (c *currentView) set(s membership.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snapshot = s
	c.rebuild()
}

// linkLost makes a new view after the link to a member broke, and reports false if
// that is no longer a member. If the link was used the view gives the member another
// incarnation, because messages may have been lost.
func (c *currentView) linkLost(m membership.Member, used bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if current, ok := c.load().Member(m.Address); !ok || current.ID != m.ID {
		return false
	}
	if used {
		c.losses[m.ID]++
	}
	c.rebuild() // even if nothing changed: there is a member to connect to again
	return true
}

// rebuild is called with c.mu held.
func (c *currentView) rebuild() {
	v := membership.NewView(c.snapshot, c.losses)
	maps.DeleteFunc(c.losses, func(id string, _ int) bool {
		return !slices.ContainsFunc(v.Records(), func(m membership.Member) bool { return m.ID == id })
	})
	before := c.load()
	c.view.Store(v)
	c.onChange(before, v)
}
