package operator

import (
	"fmt"
	"strings"
	"time"
)

// A Level is how much a finding matters.
type Level string

// The levels, from the worst.
const (
	Trouble Level = "trouble" // people notice, or soon will
	Warning Level = "warning" // for working hours
	Note    Level = "note"    // good to know
)

// A Finding is something that an operator should know.
type Finding struct {
	Level Level  `json:"level"`
	What  string `json:"what"` // what is wrong, in a sentence
	Do    string `json:"do"`   // what to do about it
}

// Limits beyond which something is a finding.
const (
	slowCommit   = 0.3 // seconds, of the 99th percentile; a commit of one second is reported as not saved
	slowDelivery = 0.5 // seconds
	littleSpace  = 256 << 20
	nearLimit    = 0.9
	fillingUp    = 0.75 // of what the etcd inside the nodes may have
	nearlyFull   = 0.9
	fewestSlow   = 3 // below that, it may be chance
	recent       = 10 * time.Minute
	lateRenewal  = 14 * 24 * time.Hour
)

// Findings says what is wrong with the last of the statuses, the worst first. The
// earlier ones tell what is recent.
func Findings(all []Status) []Finding {
	now, earlier := all[len(all)-1], before(all, recent)
	minute := before(all, window*interval)
	var found findings
	found.state(now)
	found.certificates(now)
	found.cluster(now, earlier)
	found.room(now, earlier)
	found.speed(now, minute)
	found.faults(now, earlier)
	if now.InMemory {
		found.add(Note, "Rooms are kept in memory only: a restart loses them.", "Give -data a directory.")
	}
	return found.ordered()
}

type findings []Finding

func (f *findings) add(level Level, what, do string) {
	*f = append(*f, Finding{level, what, do})
}

func (f findings) ordered() []Finding {
	var sorted []Finding
	for _, level := range []Level{Trouble, Warning, Note} {
		for _, x := range f {
			if x.Level == level {
				sorted = append(sorted, x)
			}
		}
	}
	return sorted
}

// state is what the server says of itself as a whole.
func (f *findings) state(now Status) {
	switch now.State {
	case "degraded":
		f.add(Trouble, fmt.Sprintf("%s cannot be saved; meetings go on, and everybody is told.", count(now.Unsaved, "user or room", "users and rooms")),
			"Look at the disk of -data: space, read-only, I/O errors in the kernel's log. Do not restart Pokey: it writes everything as soon as it can.")
	case "frozen":
		if c := now.Cluster; c != nil && c.Inside != nil && c.Inside.Full {
			return // see space
		}
		f.add(Trouble, fmt.Sprintf("The cluster's store does not answer; %s wait, and rooms show what they have shown.", count(now.Unsaved, "user or room", "users and rooms")),
			"See whether a majority of the etcd members runs, and whether this node reaches it. Nodes go on by themselves.")
	case "broken":
		f.add(Trouble, "A part that the server needs has stopped, and is about to be restarted.", "If this stays for a minute, look for level ERROR in the log, and restart the server.")
	case "isolated":
		f.add(Trouble, "This node and too many others cannot reach each other, so it owns no rooms and takes no newcomers.",
			"Check the network and the firewall between the nodes, on the port of -node-listen.")
	case "full":
		f.add(Trouble, "Memory is short: newcomers are turned away; those who are connected notice nothing.", "Give the process more memory (GOMEMLIMIT, or the container's limit), or add a node.")
	case "draining":
		f.add(Note, "The server is stopping and sends its clients on.", "Wait; it ends within 25 seconds.")
	}
}

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
	if spare := e.Voters - n - (e.Voters/2 + 1); spare >= 0 && e.Leader {
		what += fmt.Sprintf(" The others go on, and %d more can be lost.", spare)
	}
	f.add(Trouble, what, "Start what is missing. If a machine is gone for good: pokey cluster remove NODE, and have another one join in its place.")
}

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

// room is what runs out.
func (f *findings) room(now, earlier Status) {
	if limit := now.ConnectionsLimit; limit > 0 && float64(now.Connections) > nearLimit*float64(limit) {
		f.add(Warning, fmt.Sprintf("%d of %d connections are in use.", now.Connections, limit), "Raise -max-connections and the limit of open files, or add a node.")
	}
	if free := now.DataFree; free != nil && *free < littleSpace {
		f.add(Trouble, fmt.Sprintf("%s are left for the data.", bytesText(float64(*free))), "Make room on the file system of -data. When it is full, meetings go on, and nothing is saved.")
	}
	if n := now.TurnedAway - earlier.TurnedAway; n > 0 && now.State != "full" {
		f.add(Warning, fmt.Sprintf("%s turned away in the last ten minutes for want of room.", count(n, "newcomer was", "newcomers were")), "Raise -max-connections if there is memory left, or add a node.")
	}
	if n := now.Limited - earlier.Limited; n >= 100 {
		f.add(Warning, fmt.Sprintf("%d connections were refused in the last ten minutes for a limit of their address or session.", n),
			"If all come through one proxy, name it in -trusted-proxies. If many people share an address, raise -max-connections-per-ip. Otherwise look for msg=security in the log.")
	}
	if now.Forwarded > earlier.Forwarded {
		f.add(Warning, "Requests come through a proxy that is not in -trusted-proxies: to the limits, everybody behind it is one address.", "Name the proxy's address in -trusted-proxies.")
	}
	if n := now.SocketsLost - earlier.SocketsLost; n > 0 {
		f.add(Warning, fmt.Sprintf("%s gave way to new ones in the last ten minutes.", count(n, "idle TCP connection", "idle TCP connections")), "Raise the limit of open files: ulimit -n, LimitNOFILE= of systemd, or --ulimit nofile= of a container.")
	}
}

// speed is what takes too long.
func (f *findings) speed(now, minute Status) {
	if p99, ok := now.Commit.since(minute.Commit).slow(slowCommit); ok {
		where, do := "the disk", "See what else uses the disk of -data, and measure it: pokey doctor -data DIR."
		if now.Cluster != nil {
			where, do = "the cluster's store", "See what else uses the disks of the etcd members, and how far apart they are."
		}
		f.add(Warning, fmt.Sprintf("Saving takes %s for one change in a hundred: %s is slow. From a second on, people are told that they are not being saved.", secondsText(p99), where), do)
	}
	if p99, ok := now.Delivery.since(minute.Delivery).slow(slowDelivery); ok {
		f.add(Warning, fmt.Sprintf("One message in a hundred waits %s before it is sent.", secondsText(p99)), "See whether the process gets enough CPU.")
	}
}

// faults is what should not have happened.
func (f *findings) faults(now, earlier Status) {
	if n := now.Panics - earlier.Panics; n > 0 {
		f.add(Warning, fmt.Sprintf("A bug has stopped %s in the last ten minutes; what stops is started again.", count(n, "room or user", "rooms or users")),
			`Send the stack in the log ("an actor panicked") to the developers. It names nobody.`)
	}
	if n := now.CommitsLost - earlier.CommitsLost; n > 0 && now.Unsaved == 0 {
		f.add(Warning, fmt.Sprintf("%s failed in the last ten minutes and succeeded when repeated.", count(n, "commit", "commits")), "Look for the cause in the log, at level ERROR.")
	}
	if n := now.SlowClients - earlier.SlowClients; n >= 10 {
		f.add(Note, fmt.Sprintf("%d clients were cut in the last ten minutes because they did not read.", n), "Their networks are bad, or a proxy buffers WebSockets.")
	}
}

func count[N int | int64 | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
