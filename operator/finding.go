package operator

import (
	"fmt"
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
