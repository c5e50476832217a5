package cluster

import (
	"context"
	"errors"
	"time"
)

// ErrAddressTaken says that another live process is a member under this node's
// address.
var ErrAddressTaken = errors.New("cluster: another live node has this address")

// A Member is a node as its record describes it.
type Member struct {
	// ID is another one each time a node becomes a member: what has left never
	// returns under the same ID.
	ID string `json:"id"`
	// Address is the HOST:PORT under which other nodes reach it. No two members
	// have the same.
	Address string `json:"address"`
	// Draining says that it is a member but is to own nothing any more.
	Draining bool `json:"draining,omitempty"`
	// Wire is the newest version of the messages between nodes it understands.
	Wire int `json:"wire"`
	// Since is when it became a member, by its own clock.
	Since time.Time `json:"since"`
	// Misses are the IDs of the members that it cannot reach, sorted. They may be
	// members no more.
	Misses []string `json:"misses,omitempty"`
	// MissesSince is a version of the membership that it knew when it first
	// missed anybody; 0 while it misses nobody.
	MissesSince uint64 `json:"missesSince,omitempty"`
	// Yields says that it has been isolated for a while and stays so, rather than
	// another, until nobody and it miss each other.
	Yields bool `json:"yields,omitempty"`
	// Isolated says that it is a member but is to own nothing, since too many
	// others and it cannot reach each other. It follows from what all members
	// miss, and is set in a [View] only.
	Isolated bool `json:"-"`
}

// A Snapshot is the whole membership at one revision.
type Snapshot struct {
	// Version grows with each change. It is comparable between nodes, and equal
	// versions mean equal members.
	Version uint64
	// Members are in no particular order; the receiver may keep the slice.
	Members []Member
}

// A Source agrees on the membership. All its calls return within their context
// or sooner.
type Source interface {
	// Claim finds out whether address is free for this process: it returns
	// [ErrAddressTaken] if a member with this address still answers on it, and
	// nil if there is none or it is dead. It is called once, before Start and
	// before this process listens on the address.
	Claim(ctx context.Context, address string) error
	// Start makes self a member and returns when a snapshot that holds it has
	// been passed to view. From then on view gets each newer snapshot, in order
	// and from one goroutine at a time; it returns quickly. When self is no
	// member any more, lost is called, and when it has returned, self becomes a
	// member again under another ID, for as long as it takes. After an error
	// Start may be called again.
	Start(ctx context.Context, self Member, view func(Snapshot), lost func()) error
	// Suspect says that the link to the member at address broke. If the member is
	// provably dead the source removes it at once. It does not wait.
	Suspect(address string)
	// Miss says for all to see which members, by ID, this node cannot reach now,
	// and whether it yields, in the place of what it said before. It lasts until
	// the next call, whatever becomes of the membership.
	Miss(ctx context.Context, ids []string, yields bool) error
	// Heard is when the source last knew for certain what it says.
	Heard() time.Time
	// Drain marks this node's member, after which it owns nothing.
	Drain(ctx context.Context) error
	// Stop ends the membership, and everything Start began, even if it returns
	// an error: others then find out by themselves within seconds.
	Stop(ctx context.Context) error
}

// missing is what a member's record becomes when at version it misses ids.
func (m *Member) missing(ids []string, yields bool, version uint64) {
	m.Misses, m.Yields = ids, yields
	switch {
	case len(ids) == 0:
		m.MissesSince = 0
	case m.MissesSince == 0:
		m.MissesSince = version
	}
}
