package etcdmember

import (
	"slices"
	"strings"
	"testing"
)

// What a node without data does, given what the others say.
func TestDecide(t *testing.T) {
	first := []string{"a:1", "b:1", "c:1"}
	blank := func(self string) State { return State{Self: self, Blank: true, First: first} }
	member := func(self string, members ...Info) State { return State{Self: self, First: first, Members: members} }
	a, b, c := Info{ID: 1, Node: "a:1", Started: true}, Info{ID: 2, Node: "b:1", Started: true}, Info{ID: 3, Node: "c:1", Started: true}
	unstarted := Info{ID: 3, Node: "c:1"}
	for name, test := range map[string]struct {
		answers []State
		former  []string
		want    act
		initial []string
		why     string // part of it

		generation string
	}{
		"all blank":               {answers: []State{blank("a:1"), blank("b:1")}, want: found, initial: first},
		"nobody else":             {want: wait, why: "a:1, b:1"},
		"one is silent":           {answers: []State{blank("a:1")}, want: wait, why: "b:1"},
		"another list":            {answers: []State{blank("a:1"), {Self: "b:1", Blank: true, First: first[1:]}}, want: wait, why: "-cluster differs"},
		"the same, ordered":       {answers: []State{blank("a:1"), {Self: "b:1", Blank: true, First: []string{"c:1", "b:1", "a:1"}}}, want: found, initial: first},
		"rooms of one":            {answers: []State{blank("a:1"), {Self: "b:1", Blank: true, First: first, Rooms: true}}, want: found, initial: first},
		"rooms of two":            {answers: []State{{Self: "a:1", Blank: true, First: first, Rooms: true}, {Self: "b:1", Blank: true, First: first, Rooms: true}}, want: wait, why: "several nodes"},
		"they have just founded":  {answers: []State{blank("a:1"), {Self: "b:1", First: first, Members: []Info{a, b, unstarted}, Founding: true}}, want: found, initial: first},
		"it was added":            {answers: []State{member("a:1", a, b, unstarted)}, want: join, initial: first},
		"it has lost its data":    {answers: []State{member("a:1", a, b, c), member("b:1", a, b, c)}, want: replace, why: "lost its data"},
		"it is not a member":      {answers: []State{member("a:1", a, b)}, want: replace, why: "pokey cluster add c:1"},
		"a member beats silence":  {answers: []State{member("b:1", a, b, unstarted)}, want: join, initial: first},
		"a member that starts":    {answers: []State{blank("a:1"), {Self: "b:1", First: first}}, want: wait, why: "b:1 is starting"},
		"more in former times":    {answers: []State{blank("a:1"), blank("b:1")}, former: []string{"d:1"}, want: wait, why: "d:1"},
		"the same as before":      {answers: []State{blank("a:1"), blank("b:1")}, former: first, want: found, initial: first},
		"an impostor's name":      {answers: []State{blank("a:1"), {Self: "x:1", Blank: true, First: first}}, want: wait, why: "calls itself x:1"},
		"one was recovered":       {answers: []State{blank("a:1"), {Self: "b:1", Blank: true, First: first, Generation: "g"}}, want: found, initial: first, generation: "g"},
		"two were recovered":      {answers: []State{{Self: "a:1", Blank: true, First: first, Generation: "f"}, {Self: "b:1", Blank: true, First: first, Generation: "g"}}, want: wait, why: "several nodes have been"},
		"founded by a recovered":  {answers: []State{{Self: "b:1", First: first, Members: []Info{a, b, unstarted}, Founding: true, Generation: "g"}}, want: found, initial: first, generation: "g"},
		"others are in a cluster": {answers: []State{blank("a:1"), member("d:1", a, b)}, want: replace, why: "pokey cluster add"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := map[string]State{"c:1": blank("c:1")}
			for i, s := range test.answers {
				node := s.Self
				if !slices.Contains(first, node) {
					node = first[i]
				}
				answers[node] = s
			}
			got := decide("c:1", first, test.former, answers)
			if got.act != test.want || !strings.Contains(got.why, test.why) || got.act != replace && !slices.Equal(slices.Sorted(slices.Values(got.initial)), test.initial) || got.generation != test.generation {
				t.Errorf("got act %d, initial %q, why %q, want act %d, initial %q, why with %q", got.act, got.initial, got.why, test.want, test.initial, test.why)
			}
		})
	}
}
