package membership

import (
	"errors"
	"time"
)

// ErrAddressTaken says that another live process is a member under this node's
// address.
var ErrAddressTaken = errors.New("cluster: another live node has this address")

// A Member is a node as its record describes it. The names in JSON are a contract
// between nodes of different releases.
type Member struct {
	// ID is new each time a node becomes a member: a member that has left never
	// returns under the same ID.
	ID string `json:"id"`
	// Address is the HOST:PORT under which other nodes reach it. No two members
	// have the same.
	Address string `json:"address"`
	// Draining says that it is a member but no longer owns anything.
	Draining bool `json:"draining,omitempty"`
	// Wire is the newest version of the messages between nodes that it
	// understands.
	Wire int `json:"wire"`
	// Since is when it became a member, by its own clock.
	Since time.Time `json:"since"`
	// Unreachable are the IDs of the members that it cannot reach, sorted. Some
	// may have left since.
	Unreachable []string `json:"unreachable,omitempty"`
	// UnreachableSince is the version of the membership that it knew when its
	// list of unreachable members was last empty; 0 while the list is empty.
	UnreachableSince uint64 `json:"unreachableSince,omitempty"`
	// YieldsOwnership says that it has been isolated for a while. On a tie it stays
	// isolated rather than another member, until it and the others reach each
	// other again.
	YieldsOwnership bool `json:"yieldsOwnership,omitempty"`
	// Isolated says that it is a member but owns nothing, because it and too many
	// others cannot reach each other. It follows from what all members report,
	// and is set in a [View] only.
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

// report replaces what the record says about reachability. Version is that of the
// membership that the node knows.
func (m *Member) report(unreachable []string, yieldsOwnership bool, version uint64) {
	m.Unreachable, m.YieldsOwnership = unreachable, yieldsOwnership
	switch {
	case len(unreachable) == 0:
		m.UnreachableSince = 0
	case m.UnreachableSince == 0:
		m.UnreachableSince = version
	}
}
