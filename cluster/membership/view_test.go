package membership

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

// viewOf is a view of members with these addresses; a trailing ! marks a draining
// one.
func viewOf(version uint64, losses map[string]int, addresses ...string) *View {
	s := Snapshot{Version: version}
	for i, a := range addresses {
		m := Member{ID: fmt.Sprint("id", i), Address: a, Wire: 3 + i}
		if n := len(a) - 1; a[n] == '!' {
			m.Address, m.Draining = a[:n], true
		}
		s.Members = append(s.Members, m)
	}
	return NewView(s, losses)
}

func TestViewWithoutMembers(t *testing.T) {
	for _, v := range []*View{nil, viewOf(0, nil)} {
		address, incarnation := v.Owner("room", "x")
		if address != "" || incarnation != "" || v.Version() != 0 || len(v.Members()) != 0 || len(v.Records()) != 0 || v.Wire() != 0 || v.Incarnation("a:1") != "" {
			t.Errorf("without members: got owner %q %q, version %d, members %v, wire %d, want zero values", address, incarnation, v.Version(), v.Members(), v.Wire())
		}
	}
}

func TestView(t *testing.T) {
	v := viewOf(7, map[string]int{"id1": 2}, "b:1", "a:1", "c:1!")
	if v.Version() != 7 || !slices.Equal(v.Members(), []string{"a:1", "b:1", "c:1"}) || v.Wire() != 3 {
		t.Errorf("got version %d, members %v, wire %d, want 7, [a:1 b:1 c:1], 3", v.Version(), v.Members(), v.Wire())
	}
	if v.Incarnation("a:1") != "id1/2" || v.Incarnation("c:1") != "id2" || v.Incarnation("d:1") != "" {
		t.Errorf("incarnations: got %q %q %q, want id1/2, id2 and none", v.Incarnation("a:1"), v.Incarnation("c:1"), v.Incarnation("d:1"))
	}
	incarnations := map[string]string{}
	for i := range 100 {
		address, incarnation := v.Owner("room", fmt.Sprint(i))
		incarnations[address] = incarnation
	}
	if want := map[string]string{"a:1": "id1/2", "b:1": "id0"}; !maps.Equal(incarnations, want) {
		t.Errorf("owners: got %v, want %v", incarnations, want)
	}
	if owner, _ := viewOf(1, nil, "a:1!").Owner("room", "x"); owner != "a:1" {
		t.Errorf("owner while all drain: got %q, want a:1", owner)
	}
}

// All releases must agree on the hash.
func TestOwnerNeverChanges(t *testing.T) {
	v := viewOf(1, nil, "10.0.0.1:7000", "10.0.0.2:7000", "10.0.0.3:7000", "pokey-4.pokey:7000")
	for key, want := range map[[2]string]string{
		{"user", "u1"}: "10.0.0.3:7000", {"user", "u2"}: "10.0.0.3:7000", {"room", "u1"}: "pokey-4.pokey:7000",
		{"room", "r1"}: "10.0.0.2:7000", {"room", ""}: "10.0.0.2:7000", {"room", "aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaib"}: "10.0.0.3:7000",
	} {
		if got, _ := v.Owner(key[0], key[1]); got != want {
			t.Errorf("owner of %v: got %s, want %s", key, got, want)
		}
	}
}

// The addresses differ as little as possible.
func TestOwnershipIsFair(t *testing.T) {
	const identities = 20_000
	for n := 2; n <= 9; n++ {
		var addresses []string
		for i := range n {
			addresses = append(addresses, fmt.Sprintf("10.0.0.%d:7000", i+1))
		}
		v, owned := viewOf(1, nil, addresses...), map[string]int{}
		for i := range identities {
			owner, _ := v.Owner("room", fmt.Sprint("r", i))
			owned[owner]++
		}
		// Pearson's test: the sum is below the limit for 99.99 % of fair draws.
		fair, sum := float64(identities)/float64(n), 0.0
		for _, a := range addresses {
			sum += math.Pow(float64(owned[a])-fair, 2) / fair
		}
		freedom := float64(n - 1)
		limit := freedom * math.Pow(1-2/(9*freedom)+3.72*math.Sqrt(2/(9*freedom)), 3) // Wilson and Hilferty
		if sum > limit {
			t.Errorf("%d nodes own %v: got chi-square %.1f, want at most %.1f", n, owned, sum, limit)
		}
	}
}

func TestOwnershipMovesNoMoreThanItMust(t *testing.T) {
	all := viewOf(1, nil, "a:1", "b:1", "c:1", "d:1")
	for name, fewer := range map[string]*View{
		"left":   viewOf(2, nil, "a:1", "b:1", "d:1"),
		"drains": viewOf(2, nil, "a:1", "b:1", "c:1!", "d:1"),
	} {
		moved := 0
		for i := range 10_000 {
			before, _ := all.Owner("user", fmt.Sprint(i))
			after, _ := fewer.Owner("user", fmt.Sprint(i))
			switch {
			case after == "c:1":
				t.Fatalf("%s: got c:1 as the owner of %d, want another", name, i)
			case before == "c:1":
				moved++
			case before != after:
				t.Fatalf("%s: owner of %d: got %s, want %s as before", name, i, after, before)
			}
		}
		if moved < 2000 || moved > 3000 {
			t.Errorf("%s: got %d of 10000 moved, want 2000 to 3000", name, moved)
		}
	}
}

func TestOwnerAllocatesNothing(t *testing.T) {
	v := viewOf(1, nil, "a:1", "b:1", "c:1")
	if n := testing.AllocsPerRun(100, func() { v.Owner("room", "aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaib") }); n != 0 {
		t.Errorf("Owner: got %v allocations, want 0", n)
	}
}

func BenchmarkOwner(b *testing.B) {
	for _, n := range []int{1, 3, 9} {
		var addresses []string
		for i := range n {
			addresses = append(addresses, fmt.Sprintf("10.0.0.%d:7000", i+1))
		}
		v := viewOf(1, nil, addresses...)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Owner("room", "aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaib")
			}
		})
	}
}
