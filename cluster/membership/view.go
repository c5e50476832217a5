package membership

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
	owners       []owner  // members that may own something
	wire         int
}

// owner is a member with everything precomputed that Owner needs.
type owner struct {
	hash        uint64
	address     string
	incarnation string
}

// NewView leaves s as it is. Losses counts how often the link from this node to
// each member broke, by member ID.
func NewView(s Snapshot, losses map[string]int) *View {
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
		case m.Isolated: // there is always a member that is not
		case m.Draining:
			draining = append(draining, o)
		default:
			v.owners = append(v.owners, o)
		}
	}
	if len(v.owners) == 0 {
		v.owners = draining // better a draining owner than none
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

// Owner returns the address of the node that an identity's actor lives on, and
// the node's incarnation, which changes when the node becomes a member again or
// the link from here to it breaks. Both are empty while there are no members.
// All nodes that have a view of the same version agree on the address. It
// allocates nothing.
func (v *View) Owner(kind, id string) (address, incarnation string) {
	if v == nil || len(v.owners) == 0 {
		return "", ""
	}
	key := fnv1a(fnv1a(fnv1a(fnvOffset, kind), "/"), id)
	best, top := 0, uint64(0)
	for i := range v.owners {
		// Highest random weight: a member that joins or leaves moves only what
		// it gets or had. Equal weights go to the lower address.
		if w := mix(key ^ v.owners[i].hash); w > top || i == 0 {
			best, top = i, w
		}
	}
	return v.owners[best].address, v.owners[best].incarnation
}

// Incarnation is that of the member at address, as Owner returns it; empty if
// there is no such member.
func (v *View) Incarnation(address string) string {
	if i, ok := v.index(address); ok {
		return v.incarnations[i]
	}
	return ""
}

// Members are the addresses of all members, draining and isolated ones included,
// sorted. The caller must not change the slice.
func (v *View) Members() []string {
	if v == nil {
		return nil
	}
	return v.addresses
}

// Isolated reports whether the member at address owns nothing because it and too
// many others cannot reach each other. All nodes that have a view of the same
// version agree, and there is always a member that is not isolated.
func (v *View) Isolated(address string) bool {
	m, ok := v.Member(address)
	return ok && m.Isolated
}

// Records are all members, sorted by address. The caller must not change the
// slice.
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

// Member returns the member at address, and whether there is one.
func (v *View) Member(address string) (Member, bool) {
	if i, ok := v.index(address); ok {
		return v.members[i], true
	}
	return Member{}, false
}

func (v *View) index(address string) (int, bool) {
	if v == nil {
		return 0, false
	}
	return slices.BinarySearch(v.addresses, address)
}

// The hash decides who owns what, so it is part of the contract between nodes
// of different releases: it must never change.
const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

// fnv1a continues hash h over s.
func fnv1a(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// mix spreads the bits of h, because FNV's last bytes hardly move the high bits.
// It is the finalizer of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
