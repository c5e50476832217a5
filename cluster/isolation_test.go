package cluster

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// membersOf makes members named a, b, … of what each misses, by name. A leading !
// is one that drains, a leading - one that yields, and a number behind a colon says since when it misses.
func membersOf(misses ...string) []Member {
	var members []Member
	for i, s := range misses {
		name := string(rune('a' + i))
		m := Member{ID: name, Address: name + ":1", Since: time.Unix(int64(i), 0)}
		s, m.Draining = strings.CutPrefix(s, "!")
		s, m.Yields = strings.CutPrefix(s, "-")
		s, since, ok := strings.Cut(s, ":")
		if ok {
			n, err := strconv.Atoi(since)
			if err != nil {
				panic(err)
			}
			m.MissesSince = uint64(n)
		} else if s != "" {
			m.MissesSince = 1
		}
		if s != "" {
			m.Misses = strings.Split(s, "")
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
		name   string
		misses []string // by each member
		want   string
	}{
		{name: "nobody", misses: nil},
		{name: "one alone", misses: []string{""}},
		{name: "all is well", misses: []string{"", "", ""}},
		{name: "one cut off of three", misses: []string{"bc", "a", "a"}, want: "a"},
		{name: "only the others say so", misses: []string{"", "a", "a"}, want: "a"},
		{name: "only it says so", misses: []string{"bc", "", ""}, want: "a"},
		{name: "one other has said so yet", misses: []string{"", "a", ""}, want: "a"},
		{name: "one cut off of five", misses: []string{"c", "c", "abde", "c", "c"}, want: "c"},
		{name: "two cut off of five", misses: []string{"cde", "cde", "ab", "ab", "ab"}, want: "ab"},
		{name: "two cut off of five and of each other", misses: []string{"bcde", "acde", "ab", "ab", "ab"}, want: "ab"},
		{name: "two of three miss each other", misses: []string{"b", "a", ""}, want: "b"},
		{name: "two of three, the older said it last", misses: []string{"b:7", "a:6", ""}, want: "a"},
		{name: "two of three, the older says nothing", misses: []string{"", "a", ""}, want: "a"},
		{name: "two, one is frozen", misses: []string{"b", ""}, want: "b"},
		{name: "two, the older is frozen", misses: []string{"", "a"}, want: "a"},
		{name: "two miss each other", misses: []string{"b", "a"}, want: "b"},
		{name: "two, the older drains", misses: []string{"!b", "a"}, want: "a"},
		{name: "a chain of three", misses: []string{"b", "ac", "b"}, want: "b"},
		{name: "a chain of four", misses: []string{"b", "ac", "bd", "c"}, want: "bc"},
		{name: "a chain of five", misses: []string{"b", "ac", "bd", "ce", "d"}, want: "bd"},
		{name: "two halves of four", misses: []string{"cd", "cd", "ab", "ab"}, want: "cd"},
		{name: "two halves of four, the other first", misses: []string{"cd:5", "cd:5", "ab:4", "ab:4"}, want: "ab"},
		{name: "everybody from everybody", misses: []string{"bcd", "acd", "abd", "abc"}, want: "bcd"},
		{name: "two pairs", misses: []string{"b", "", "d", ""}, want: "bd"},
		{name: "who yields stays isolated", misses: []string{"-", "", "a"}, want: "a"},
		{name: "two that yield, the last link to mend", misses: []string{"-", "-", "", "", "ab"}, want: "ab"},
		{name: "two, who yields says it alone", misses: []string{"", "-a"}, want: "b"},
		{name: "who yields misses only who misses all", misses: []string{"-d", "d", "d", "abc"}, want: "d"},
		{name: "who yields misses nobody", misses: []string{"-", "", ""}},
		{name: "who is gone", misses: []string{"xyz", "x", ""}},
		{name: "who is gone does not count", misses: []string{"xyzb", "a:2", ""}, want: "b"},
		{name: "itself", misses: []string{"a", "b", ""}},
		{name: "twice the same", misses: []string{"bb", "", "bd", ""}, want: "bd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			members := membersOf(c.misses...)
			isolate(members)
			if got := isolatedOf(members); got != c.want {
				t.Errorf("isolated are %q, not %q", got, c.want)
			}
			slices.Reverse(members)
			isolate(members)
			if got := isolatedOf(members); got != c.want {
				t.Errorf("in another order isolated are %q, not %q", got, c.want)
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
				Draining: random.IntN(5) == 0, Yields: random.IntN(4) == 0, Since: time.Unix(random.Int64N(3), 0),
			}
			for j := range len(members) + 1 { // the last is gone
				if uint8(random.Uint32()) < density {
					members[i].Misses = append(members[i].Misses, string(rune('a'+j)))
					members[i].MissesSince = 1 + random.Uint64N(3)
				}
			}
		}
		isolate(members)
		isolated := isolatedOf(members)
		if len(isolated) == len(members) {
			t.Fatal("everybody is isolated")
		}
		edges, needed := missing(members), map[string]bool{}
		for pair := range edges {
			if !members[pair[1]].Isolated {
				needed[members[pair[0]].ID] = true
			}
			if !members[pair[0]].Isolated && !members[pair[1]].Isolated {
				t.Errorf("%s and %s miss each other and neither is isolated", members[pair[0]].ID, members[pair[1]].ID)
			}
		}
		for _, m := range members {
			if m.Isolated && !needed[m.ID] {
				t.Errorf("%s is isolated for nothing", m.ID)
			}
		}
		random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		isolate(members)
		if again := isolatedOf(members); again != isolated {
			t.Errorf("isolated are %q, and in another order %q", isolated, again)
		}
	})
}

func TestIsolatedOwnsNothing(t *testing.T) {
	members := membersOf("bc", "a", "!a")
	v := newView(Snapshot{Version: 1, Members: members}, nil)
	if !v.Isolated("a:1") || v.Isolated("b:1") || v.Isolated("x:1") || len(v.Members()) != 3 {
		t.Error("the view does not say who is isolated")
	}
	if members[0].Isolated {
		t.Error("the snapshot was changed")
	}
	for _, id := range []string{"x", "y", "z", "1", "2", "3"} {
		if owner, _ := v.Owner("room", id); owner != "b:1" {
			t.Errorf("%s belongs to %s", id, owner)
		}
	}
	v = newView(Snapshot{Version: 1, Members: membersOf("bc", "!a", "!a")}, nil)
	if owner, _ := v.Owner("room", "x"); owner != "b:1" && owner != "c:1" {
		t.Errorf("if the rest drain, the owner is %s", owner)
	}
	var none *View
	if none.Isolated("a:1") {
		t.Error("somebody is isolated where nobody is")
	}
}
