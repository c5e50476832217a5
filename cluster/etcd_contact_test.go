package cluster

import (
	"testing"
	"testing/synctest"
	"time"
)

// A node that has lost contact both to etcd and to all other nodes is cut off. A
// node that has lost contact to etcd only is not: etcd may be down for all.
func TestCutOffFromEtcdAndPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 3, 0)
		for _, o := range p.outages {
			o.begin()
		}
		p.remains(t, cutOffAfter+2*probeInterval)
		for _, other := range p.nodes[:2] {
			p.cut(other.Self(), p.nodes[2].Self())
		}
		lost := make(chan int, 10)
		for i, n := range p.nodes {
			n.OnOwnershipLost(func() { lost <- i })
		}
		eventually(t, 15*time.Second, "the node that is alone is cut off", p.nodes[2].Isolated)
		if got := <-lost; got != 2 {
			t.Errorf("node %d has lost what it owned, want node 2", got)
		}
		p.heal()
		eventually(t, 15*time.Second, "it is no longer cut off", func() bool { return !p.nodes[2].heartbeat.cutOff.Load() })
		if n := len(lost); n != 0 {
			t.Errorf("what nodes own was lost %d times more, want once in all", n)
		}
	})
}

// A node that alone has lost contact to etcd counts as unreachable, and is cut off
// because its peers say that they have contact.
func TestCutOffFromEtcdAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 3, 0)
		time.Sleep(unreachableAfter)
		p.outages[2].begin()
		eventually(t, 15*time.Second, "the node is cut off", p.nodes[2].heartbeat.cutOff.Load)
		p.awaitIsolated(t, 2)
		eventually(t, 5*time.Second, "the others find it unreachable", func() bool {
			got := p.unreachable()
			return got[0] == 1 && got[1] == 1
		})
		p.remains(t, 2*time.Second, 2)
		p.outages[2].end()
		p.awaitIsolated(t)
	})
}

// After an outage of etcd the nodes regain contact one after the other.
func TestEndOfAnOutageCutsNoNodeOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPartitionable(t, 3, 0)
		for _, o := range p.outages {
			o.begin()
		}
		p.remains(t, cutOffAfter+2*probeInterval)
		for _, o := range p.outages {
			o.end()
			p.remains(t, probeInterval)
		}
	})
}

func TestEvaluateCutOff(t *testing.T) {
	start := time.Unix(1e9, 0)
	for _, c := range []struct {
		name                string
		silent              time.Duration // since the last contact to etcd
		others, unreachable int
		evidence            time.Duration // for how long peers have said that they have contact
		want                bool
	}{
		{name: "contact, no peer reachable", silent: time.Second, others: 2, unreachable: 2},
		{name: "no contact, all peers reachable without evidence", silent: time.Minute, others: 2},
		{name: "no contact, one peer reachable", silent: time.Minute, others: 2, unreachable: 1},
		{name: "no contact, no peer reachable", silent: time.Minute, others: 2, unreachable: 2, want: true},
		{name: "no contact for too short", silent: cutOffAfter, others: 2, unreachable: 2},
		{name: "no contact, alone in the cluster", silent: time.Minute},
		{name: "no contact, new evidence", silent: time.Minute, others: 2, evidence: unreachableAfter - probeInterval},
		{name: "no contact, steady evidence", silent: time.Minute, others: 2, evidence: unreachableAfter, want: true},
	} {
		now := start
		contact := etcdContact{lastContact: func() time.Time { return now.Add(-c.silent) }}
		if c.evidence > 0 {
			for end := start.Add(c.evidence); !now.After(end); now = now.Add(probeInterval) {
				contact.peerHasContact(now)
			}
			now = now.Add(-probeInterval)
		}
		if got := contact.evaluateCutOff(c.others, c.unreachable, now); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
}
