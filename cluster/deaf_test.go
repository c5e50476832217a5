package cluster

import (
	"testing"
	"time"

	"example.com/pokey/cluster/membership"
)

// deafLab are three nodes with a lab between them, and the source of each.
func deafLab(t *testing.T) (*lab, []*Node, []*outage) {
	t.Helper()
	l, memory := newLab(), membership.NewMemory()
	var nodes []*Node
	var sources []*outage
	for range 3 {
		s := &outage{Membership: memory.Node()}
		n := startNode(t, s, nil)
		l.connect(n)
		nodes, sources = append(nodes, n), append(sources, s)
	}
	for _, n := range nodes {
		join(t, n)
	}
	l.reachable(t, nodes)
	return l, nodes, sources
}

// A node that hears neither the source nor any of the others is cut off. One
// whose source alone is silent is not: it may be silent for everybody.
func TestCutOff(t *testing.T) {
	waits(t)
	l, nodes, sources := deafLab(t)
	for _, s := range sources {
		s.begin()
	}
	stays(t, deaf+2*askInterval, nodes)
	for _, other := range nodes[:2] {
		l.cut(other.Self(), nodes[2].Self())
		l.cut(nodes[2].Self(), other.Self())
	}
	eventually(t, 15*time.Second, "the node knows that it is cut off", nodes[2].Isolated)
	l.heal()
	eventually(t, 15*time.Second, "the node knows that it is not", func() bool { return !nodes[2].cutOff.Load() })
}

// A node whose source is silent for it alone is missed by the others, who say
// that they hear it, and knows that it is cut off. So is nobody when the source
// comes back for one after the other.
func TestDeafToTheSource(t *testing.T) {
	waits(t)
	_, nodes, sources := deafLab(t)
	time.Sleep(unheard)
	sources[2].begin()
	eventually(t, 15*time.Second, "the node knows that it is cut off", nodes[2].cutOff.Load)
	isolation(t, nodes, 2)
	eventually(t, 5*time.Second, "the others miss it", func() bool {
		return nodes[0].Stats().Unreachable == 1 && nodes[1].Stats().Unreachable == 1
	})
	stays(t, 2*time.Second, nodes, 2)
	sources[2].end()
	isolation(t, nodes)

	for _, s := range sources {
		s.begin()
	}
	stays(t, deaf+2*askInterval, nodes)
	for _, s := range sources {
		s.end()
		stays(t, askInterval, nodes)
	}
}
