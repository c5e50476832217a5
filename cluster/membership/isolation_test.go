package membership

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// membersOf makes members named a, b, … from a list of the members that each cannot
// reach, by name. A leading ! marks a draining member and a leading - one that
// yields ownership; a number behind a colon is its UnreachableSince.
func membersOf(unreachable ...string) []Member {
	var members []Member
	for i, s := range unreachable {
		name := string(rune('a' + i))
		m := Member{ID: name, Address: name + ":1", Since: time.Unix(int64(i), 0)}
		s, m.Draining = strings.CutPrefix(s, "!")
		s, m.YieldsOwnership = strings.CutPrefix(s, "-")
		s, since, ok := strings.Cut(s, ":")
		if ok {
			n, err := strconv.Atoi(since)
			if err != nil {
				panic(err)
			}
			m.UnreachableSince = uint64(n)
		} else if s != "" {
			m.UnreachableSince = 1
		}
		if s != "" {
			m.Unreachable = strings.Split(s, "")
		}
		members = append(members, m)
	}
	return members
}

func isolatedOf(members []Member) string {
	var names []string
	for _, m := range members {
		if m.Isolated {
			names = append(names, m.ID)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "")
}

func TestIsolation(t *testing.T) {
	for _, c := range []struct {
		name        string
		unreachable []string // from each member
		want        string
	}{
		{name: "no members", unreachable: nil},
		{name: "one member", unreachable: []string{""}},
		{name: "all reach each other", unreachable: []string{"", "", ""}},
		{name: "one of three is cut off", unreachable: []string{"bc", "a", "a"}, want: "a"},
		{name: "only the others report it", unreachable: []string{"", "a", "a"}, want: "a"},
		{name: "only the cut-off member reports it", unreachable: []string{"bc", "", ""}, want: "a"},
		{name: "only one of the others reports it so far", unreachable: []string{"", "a", ""}, want: "a"},
		{name: "one of five is cut off", unreachable: []string{"c", "c", "abde", "c", "c"}, want: "c"},
		{name: "two of five are cut off", unreachable: []string{"cde", "cde", "ab", "ab", "ab"}, want: "ab"},
		{name: "two of five are cut off, also from each other", unreachable: []string{"bcde", "acde", "ab", "ab", "ab"}, want: "ab"},
		{name: "two of three do not reach each other", unreachable: []string{"b", "a", ""}, want: "b"},
		{name: "of two, the one that reported later is isolated", unreachable: []string{"b:7", "a:6", ""}, want: "a"},
		{name: "of two, the silent one is isolated", unreachable: []string{"", "a", ""}, want: "a"},
		{name: "two members, the younger reports", unreachable: []string{"b", ""}, want: "b"},
		{name: "two members, the older reports nothing", unreachable: []string{"", "a"}, want: "a"},
		{name: "two members, both report", unreachable: []string{"b", "a"}, want: "b"},
		{name: "two members, the older drains", unreachable: []string{"!b", "a"}, want: "a"},
		{name: "a chain of three", unreachable: []string{"b", "ac", "b"}, want: "b"},
		{name: "a chain of four", unreachable: []string{"b", "ac", "bd", "c"}, want: "bc"},
		{name: "a chain of five", unreachable: []string{"b", "ac", "bd", "ce", "d"}, want: "bd"},
		{name: "two halves of four", unreachable: []string{"cd", "cd", "ab", "ab"}, want: "cd"},
		{name: "two halves of four, the younger half reported first", unreachable: []string{"cd:5", "cd:5", "ab:4", "ab:4"}, want: "ab"},
		{name: "no member reaches another", unreachable: []string{"bcd", "acd", "abd", "abc"}, want: "bcd"},
		{name: "two pairs do not reach each other", unreachable: []string{"b", "", "d", ""}, want: "bd"},
		{name: "a member that yields stays isolated", unreachable: []string{"-", "", "a"}, want: "a"},
		{name: "two members that yield, one link left to recover", unreachable: []string{"-", "-", "", "", "ab"}, want: "ab"},
		{name: "two members, only the one that yields reports", unreachable: []string{"", "-a"}, want: "b"},
		{name: "a member that yields is readmitted", unreachable: []string{"-d", "d", "d", "abc"}, want: "d"},
		{name: "a member that yields reaches all", unreachable: []string{"-", "", ""}},
		{name: "unreachable members that have left", unreachable: []string{"xyz", "x", ""}},
		{name: "members that have left do not count", unreachable: []string{"xyzb", "a:2", ""}, want: "b"},
		{name: "a member reports itself", unreachable: []string{"a", "b", ""}},
		{name: "a member is reported twice", unreachable: []string{"bb", "", "bd", ""}, want: "bd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			members := membersOf(c.unreachable...)
			isolate(members)
			if got := isolatedOf(members); got != c.want {
				t.Errorf("isolated: got %q, want %q", got, c.want)
			}
			slices.Reverse(members)
			isolate(members)
			if got := isolatedOf(members); got != c.want {
				t.Errorf("isolated in reverse order: got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzIsolation(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(128))
	f.Add(uint64(2), uint8(9), uint8(30))
	f.Fuzz(func(t *testing.T, seed uint64, size, density uint8) {
		random := rand.New(rand.NewPCG(seed, 0))
		members := make([]Member, 1+size%12)
		for i := range members {
			name := string(rune('a' + i))
			members[i] = Member{
				ID: name, Address: name + ":1", Isolated: random.IntN(2) == 0,
				Draining: random.IntN(5) == 0, YieldsOwnership: random.IntN(4) == 0, Since: time.Unix(random.Int64N(3), 0),
			}
			for j := range len(members) + 1 { // the last one has left
				if uint8(random.Uint32()) < density {
					members[i].Unreachable = append(members[i].Unreachable, string(rune('a'+j)))
					members[i].UnreachableSince = 1 + random.Uint64N(3)
				}
			}
		}
		isolate(members)
		isolated := isolatedOf(members)
		if len(isolated) == len(members) {
			t.Fatal("got every member isolated, want at least one that is not")
		}
		edges, needed := unreachablePairs(members), map[string]bool{}
		for pair := range edges {
			if !members[pair[1]].Isolated {
				needed[members[pair[0]].ID] = true
			}
			if !members[pair[0]].Isolated && !members[pair[1]].Isolated {
				t.Errorf("%s and %s do not reach each other and neither is isolated", members[pair[0]].ID, members[pair[1]].ID)
			}
		}
		for _, m := range members {
			if m.Isolated && !needed[m.ID] {
				t.Errorf("%s is isolated, but reaches every member that is not", m.ID)
			}
		}
		random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		isolate(members)
		if again := isolatedOf(members); again != isolated {
			t.Errorf("isolated in another order: got %q, want %q", again, isolated)
		}
	})
}

func TestIsolatedMemberOwnsNothing(t *testing.T) {
	members := membersOf("bc", "a", "!a")
	v := NewView(Snapshot{Version: 1, Members: members}, nil)
	for address, want := range map[string]bool{"a:1": true, "b:1": false, "c:1": false, "x:1": false} {
		if got := v.Isolated(address); got != want {
			t.Errorf("Isolated(%q): got %t, want %t", address, got, want)
		}
	}
	if got := len(v.Members()); got != 3 {
		t.Errorf("members: got %d, want 3", got)
	}
	if members[0].Isolated {
		t.Error("NewView changed the snapshot")
	}
	for _, id := range []string{"x", "y", "z", "1", "2", "3"} {
		if got, _ := v.Owner("room", id); got != "b:1" {
			t.Errorf("owner of %s: got %s, want b:1", id, got)
		}
	}
	v = NewView(Snapshot{Version: 1, Members: membersOf("bc", "!a", "!a")}, nil)
	if got, _ := v.Owner("room", "x"); got != "b:1" && got != "c:1" {
		t.Errorf("owner while the rest drain: got %s, want b:1 or c:1", got)
	}
	var none *View
	if none.Isolated("a:1") {
		t.Error("Isolated of a nil view: got true, want false")
	}
}
