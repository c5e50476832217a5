package operator

import (
	"fmt"
	"strings"
)

// cluster is what a node sees of the others.
func (f *findings) cluster(now, earlier Status) {
	c := now.Cluster
	if c == nil {
		return
	}
	if c.Unreachable > 0 && now.State != "isolated" {
		f.add(Trouble, fmt.Sprintf("This node cannot reach %s.", count(c.Unreachable, "other node", "other nodes")),
			"See which of the nodes do not run, and check the firewall between the nodes, on the port of -node-listen.")
	}
	for _, n := range c.Nodes {
		if n.State == "isolated" && !n.Self {
			f.add(Trouble, fmt.Sprintf("Node %s is isolated: it and too many others cannot reach each other.", n.Address), "Check its network; it comes back by itself.")
		}
	}
	if left := c.Certificate.Sub(now.Time); !c.Certificate.IsZero() && left < lateRenewal {
		level, what := Warning, fmt.Sprintf("This node's certificate expires in %d days.", int(left.Hours()/24))
		if left < 0 {
			level, what = Trouble, "This node's certificate has expired: other nodes refuse it."
		}
		f.add(level, what, "Make a new one and put it in place of the old one; it is loaded without a restart.")
	}
	f.inside(c.Inside)
	was := earlier.Cluster
	if was == nil {
		was = &Cluster{} // the node had not started yet
	}
	if n := c.Lost - was.Lost; n > 0 {
		f.add(Warning, fmt.Sprintf("The other nodes have removed this one as dead %s in the last ten minutes.", count(n, "time", "times")),
			"It freezes for seconds at a time, or loses its contact to the store: look at its CPU, memory and network.")
	}
	if n := c.Rejected - was.Rejected; n > 0 {
		f.add(Warning, fmt.Sprintf("%s refused at the node port in the last ten minutes.", count(n, "connection was", "connections were")),
			"Close that port to everybody but the nodes. If a node is refused, compare its certificate and its secret with the others'.")
	}
	if n := c.BadStreams - was.BadStreams; n > 0 {
		f.add(Warning, fmt.Sprintf("Other nodes have sent what no node of this version sends, %s in the last ten minutes.", count(n, "time", "times")),
			"Compare the versions of the nodes, and finish an upgrade that stopped halfway.")
	}
}

// inside is the etcd inside the nodes.
func (f *findings) inside(e *Inside) {
	if e == nil {
		return
	}
	if !e.Leader {
		f.add(Trouble, "The nodes' etcd members have no leader: nobody in the cluster can change anything.",
			"Start nodes until a majority of them runs, and check the network between them. They go on by themselves.")
	}
	f.missing(e)
	f.space(e)
	if e.Learners > 0 {
		f.add(Note, fmt.Sprintf("%s no vote yet.", count(e.Learners, "node has", "nodes have")), "A new node gets its vote once it has caught up. If it will not come, take it back with pokey cluster remove.")
	}
	if e.Voters%2 == 0 {
		f.add(Note, fmt.Sprintf("%s a vote, an even number: one node less survives as many failures.", count(e.Voters, "node has", "nodes have")), "Have three or five nodes.")
	}
}

// missing is the nodes that should be there and are not. A majority of all must be.
func (f *findings) missing(e *Inside) {
	n := len(e.Missing)
	if n == 0 {
		return
	}
	what := strings.Join(e.Missing, " and ") + " does not run, or no other node reaches it."
	if n > 1 {
		what = strings.Join(e.Missing, " and ") + " do not run, or no other node reaches them."
	}
	if spare := Spare(e.Voters, n); spare >= 0 && e.Leader {
		what += fmt.Sprintf(" The others go on, and %d more can be lost.", spare)
	}
	f.add(Trouble, what, "Start what is missing. If a machine is gone for good: pokey cluster remove NODE, and have another one join in its place.")
}

// Spare returns how many nodes with a vote can be lost beyond those that are missing
// already: a majority of all must be there. It is negative if there is none.
func Spare(voters, missing int) int { return (voters-1)/2 - missing }

// space is what is left for rooms in the database of the etcd inside the nodes. What is
// free in its file counts as left: the node gives that back by itself.
func (f *findings) space(e *Inside) {
	const more = "Restart the nodes one after the other with a larger -cluster-quota, 8GB at most, on disks with twice that. Or lower -user-expiry, so that rooms end sooner."
	used := float64(e.InUse) / float64(max(e.Quota, 1))
	says := fmt.Sprintf("Rooms use %s of the %s that they may have in the nodes' database. When it is full, nothing can be saved.", bytesText(float64(e.InUse)), bytesText(float64(e.Quota)))
	switch {
	case e.Full:
		f.add(Trouble, fmt.Sprintf("The nodes' database is full, %s of %s: nothing can be saved. Rooms are shown as they were, and end when their time has come.", bytesText(float64(e.Bytes)), bytesText(float64(e.Quota))),
			"It goes on by itself once enough rooms have ended. To go on at once, restart the nodes one after the other with a larger -cluster-quota, 8GB at most, on disks with twice that.")
	case used > nearlyFull:
		f.add(Trouble, says, more)
	case used > fillingUp:
		f.add(Warning, says, more)
	}
}
