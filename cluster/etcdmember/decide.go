package etcdmember

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A State is what a node says of itself to another one that asks.
type State struct {
	Self    string   `json:"self"`
	Blank   bool     `json:"blank"` // it has no data: it is not in a cluster yet
	First   []string `json:"first"`
	Rooms   bool     `json:"rooms"`   // it has rooms to bring into the cluster
	Members []Info   `json:"members"` // as far as it knows; none if it is blank
	Leader  string   `json:"leader"`  // empty if it knows of none

	// Founding says that the members are those that founded the cluster.
	Founding bool `json:"founding"`

	Generation string `json:"generation"` // see [Config]
	ID         string `json:"id"`         // see [Member.ID]
}

// Info is what is known about a member.
type Info struct {
	ID      uint64 `json:"id"`
	Node    string `json:"node"`
	Learner bool   `json:"learner"` // it has no vote yet
	Started bool   `json:"started"` // it has been running at some time
}

// A plan is what a node without data does.
type plan struct {
	act     act
	initial []string // the members to begin with
	ask     string   // whom to ask for replacement
	why     string   // why it waits, in words

	generation string // of the cluster
}

type act int

const (
	wait    act = iota // until the answers are others
	found              // a new cluster, together with all others of initial, which may have done so already
	join               // the members in initial, of which this node is one
	replace            // ask to be replaced by a new member
)

// decide returns what a node without data does, given the answers of the others that
// have answered, by node.
//
// A new cluster is founded only if all of its nodes say that they have no data. That
// keeps a node that has lost its data from founding one while the others are down. The
// nodes of a former cluster must have none either.
func decide(self string, first, former []string, answers map[string]State) plan {
	for _, node := range slices.Sorted(maps.Keys(answers)) {
		if a := answers[node]; !a.Blank && len(a.Members) > 0 {
			return enter(self, node, a)
		}
	}
	var silent, starting, rooms []string
	for _, node := range former {
		if a, ok := answers[node]; !slices.Contains(first, node) && (!ok || !a.Blank) {
			silent = append(silent, node)
		}
	}
	for _, node := range first {
		a, ok := answers[node]
		switch {
		case node == self:
		case !ok:
			silent = append(silent, node)
		case !a.Blank:
			starting = append(starting, node)
		case a.Self != node:
			return plan{why: fmt.Sprintf("the node that answers at %s calls itself %s: check -node-advertise there", node, a.Self)}
		case !sameNodes(a.First, first):
			return plan{why: fmt.Sprintf("-cluster differs: here it is %s, on %s it is %s", strings.Join(first, ","), node, strings.Join(a.First, ","))}
		case a.Rooms:
			rooms = append(rooms, node)
		}
	}
	switch {
	case len(silent) > 0:
		return plan{why: "waiting for " + strings.Join(silent, ", ") + ", without which the cluster cannot be founded"}
	case len(starting) > 0:
		return plan{why: strings.Join(starting, ", ") + " is starting and has been in a cluster before"}
	case len(rooms) > 1 || len(rooms) == 1 && answers[self].Rooms:
		return plan{why: "several nodes have rooms of their own in pokey.db, and only those of one can be kept; move the others' file away"}
	}
	return foundAnew(first, answers)
}

// foundAnew returns how to found a cluster. At most one of its nodes knows of a former
// cluster which this one must not be mistaken for.
func foundAnew(first []string, answers map[string]State) plan {
	p := plan{act: found, initial: first}
	for _, node := range first {
		switch g := answers[node].Generation; {
		case p.generation == "":
			p.generation = g
		case g != "" && g != p.generation:
			return plan{why: "several nodes have been in former clusters of their own; begin with one of them alone, and add the others"}
		}
	}
	return p
}

// enter returns how to enter the cluster that a member of it describes.
func enter(self, asked string, a State) plan {
	var initial []string
	var me *Info
	for i, m := range a.Members {
		initial = append(initial, m.Node)
		if m.Node == self {
			me = &a.Members[i]
		}
	}
	switch {
	case me == nil:
		return plan{act: replace, ask: asked, why: "this node is not a member of the cluster; on one that is, run: pokey cluster add " + self}
	case me.Started:
		return plan{act: replace, ask: asked, why: "this node was a member and has lost its data; waiting until the others have replaced it"}
	}
	if a.Founding {
		return plan{act: found, initial: initial, generation: a.Generation}
	}
	return plan{act: join, initial: initial, generation: a.Generation}
}

func sameNodes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
