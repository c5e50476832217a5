package cluster

import (
	"cmp"
	"slices"
	"strconv"
)

// A View is the membership as this node knows it at one moment. It never
// changes; a nil one has no members.
type View struct {
	version   uint64
	members   []Member // sorted by address
	addresses []string

	incarnations []string // of members
	owners       []owner  // those that may own something
	wire         int
}

// owner is a member with all that Owner needs precomputed.
type owner struct {
	hash        uint64
	address     string
	incarnation string
}

// newView leaves s as it is. losses counts those of the link to each member, by
// its ID.
func newView(s Snapshot, losses map[string]int) *View {
	v := &View{version: s.Version, members: slices.Clone(s.Members)}
	slices.SortFunc(v.members, func(a, b Member) int { return cmp.Compare(a.Address, b.Address) })
	isolate(v.members)
	var draining []owner
	for i, m := range v.members {
		v.addresses = append(v.addresses, m.Address)
		if i == 0 || m.Wire < v.wire {
			v.wire = m.Wire
		}
		o := owner{hash: mix(fnv1a(fnvOffset, m.Address)), address: m.Address, incarnation: m.ID}
		if n := losses[m.ID]; n > 0 {
			o.incarnation += "/" + strconv.Itoa(n)
		}
		v.incarnations = append(v.incarnations, o.incarnation)
		switch {
		case m.Isolated: // there is another
		case m.Draining:
			draining = append(draining, o)
		default:
			v.owners = append(v.owners, o)
		}
	}
	if len(v.owners) == 0 {
		v.owners = draining // better they than nobody
	}
	return v
}

// Version grows with each change of the membership. It is comparable between
// nodes, and equal versions mean equal members; 0 is before the first.
func (v *View) Version() uint64 {
	if v == nil {
		return 0
	}
	return v.version
}

// Owner is the node that an identity's actor lives on: its address, and its
// incarnation, which is another one when the node became a member anew or the
// link from here to it broke. Both are empty while there is no member at all.
// All nodes that have a view of the same version agree on the address. It
// allocates nothing.
func (v *View) Owner(kind, id string) (address, incarnation string) {
	if v == nil || len(v.owners) == 0 {
		return "", ""
	}
	key := fnv1a(fnv1a(fnv1a(fnvOffset, kind), "/"), id)
	best, top := 0, uint64(0)
	for i := range v.owners {
		// Highest random weight: a member that comes or goes moves only what
		// it gets or had. Equal weights go to the lower address.
		if w := mix(key ^ v.owners[i].hash); w > top || i == 0 {
			best, top = i, w
		}
	}
	return v.owners[best].address, v.owners[best].incarnation
}

// Incarnation is that of the member at address, as Owner says it; empty while
// there is none.
func (v *View) Incarnation(address string) string {
	if v == nil {
		return ""
	}
	i, ok := slices.BinarySearch(v.addresses, address)
	if !ok {
		return ""
	}
	return v.incarnations[i]
}

// Members are the addresses of all members, draining and isolated ones included,
// sorted. The
// caller must not change the slice.
func (v *View) Members() []string {
	if v == nil {
		return nil
	}
	return v.addresses
}

// Isolated reports whether the member at address is to own nothing because too
// many others and it cannot reach each other. All nodes that have a view of the
// same version agree, and there is always a member that is not isolated.
func (v *View) Isolated(address string) bool {
	m, ok := v.find(address)
	return ok && m.Isolated
}

// Records are all members, sorted by address, for people to look at. The caller
// must not change the slice.
func (v *View) Records() []Member {
	if v == nil {
		return nil
	}
	return v.members
}

// Wire is the newest version of the messages between nodes that all members
// understand; 0 without members.
func (v *View) Wire() int {
	if v == nil {
		return 0
	}
	return v.wire
}

// find is the member at address.
func (v *View) find(address string) (Member, bool) {
	if v == nil {
		return Member{}, false
	}
	i, ok := slices.BinarySearch(v.addresses, address)
	if !ok {
		return Member{}, false
	}
	return v.members[i], true
}

// The hash decides who owns what, so it is part of the contract between nodes
// of different releases: it must never change.
const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

// fnv1a goes on with hash h over s.
func fnv1a(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// mix spreads the bits of h, for FNV hardly moves the high ones for its last
// bytes. It is the finalizer of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
