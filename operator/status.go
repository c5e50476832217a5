// Package operator tells the person who runs a server how it is: in words, in
// figures and in small graphs. It knows numbers only: no name, text, estimate or ID
// of a room or user can get into it.
package operator

import "time"

// A Status is what a server knows about itself at one moment. Totals count since
// its start. The server answers with one as JSON, which pokey doctor reads.
type Status struct {
	Version string    `json:"version"`
	State   string    `json:"state"` // as in /readyz
	Time    time.Time `json:"time"`  // by the server's clock
	Started time.Time `json:"started"`

	Connections      int   `json:"connections"`
	ConnectionsLimit int   `json:"connectionsLimit"` // 0: none
	Users            int64 `json:"users"`
	Rooms            int64 `json:"rooms"`
	Members          int64 `json:"members"` // of those rooms
	Unsaved          int64 `json:"unsaved"` // users and rooms

	InMemory    bool    `json:"inMemory"`           // nothing is kept on a disk or in a cluster
	DataFree    *uint64 `json:"dataFree,omitempty"` // bytes; nil if it is not known
	Memory      uint64  `json:"memory"`             // bytes in use
	MemoryLimit uint64  `json:"memoryLimit"`        // bytes; 0: none

	Requests     uint64 `json:"requests"`
	Refusals     uint64 `json:"refusals"`     // of requests
	TurnedAway   uint64 `json:"turnedAway"`   // connections, for want of room
	Limited      uint64 `json:"limited"`      // connections, for a limit of their address or session
	Security     uint64 `json:"security"`     // events
	Panics       uint64 `json:"panics"`       // of actors
	CommitsLost  uint64 `json:"commitsLost"`  // commits that failed and were repeated
	SocketsLost  uint64 `json:"socketsLost"`  // idle TCP connections that gave way
	SlowClients  uint64 `json:"slowClients"`  // cut because they did not read
	Forwarded    uint64 `json:"forwarded"`    // requests that came through a proxy that is not trusted
	BytesWaiting int64  `json:"bytesWaiting"` // for clients

	Commit   Histogram `json:"-"` // seconds
	Delivery Histogram `json:"-"` // seconds

	Certificates  []Certificate `json:"certificates,omitempty"`        // of the public port; none without TLS
	RejectedFiles string        `json:"certificateRejected,omitempty"` // why the newest files of a certificate are not used

	Cluster *Cluster `json:"cluster,omitempty"` // nil for a server alone
}

// A Certificate is what a server has for one of its domains.
type Certificate struct {
	Domain  string    `json:"domain"`
	Expires time.Time `json:"expires"` // zero if there is none
	Late    time.Time `json:"late"`    // from when on it should have been replaced
	Ordered bool      `json:"ordered"` // of an authority, by this server

	// Why the last order of it failed, what to do, and what the authority has found;
	// empty if it did not fail, or if another node orders.
	Why  string `json:"why,omitempty"`
	Do   string `json:"do,omitempty"`
	Said string `json:"said,omitempty"`
}

// A Cluster is a cluster as one of its nodes sees it. Totals count since the start
// of that node.
type Cluster struct {
	Address     string    `json:"address"` // of this node, for the others
	View        uint64    `json:"view"`    // the version of the membership
	Nodes       []Node    `json:"nodes"`
	Unreachable int       `json:"unreachable"`     // nodes, from here
	Certificate time.Time `json:"certificate"`     // when this node's expires; zero for none
	Lost        uint64    `json:"membershipsLost"` // times that the others removed this node as dead
	Isolations  uint64    `json:"isolations"`      // times that this node was isolated
	Fencings    uint64    `json:"fencings"`        // users and rooms that another node had taken over
	Handoffs    uint64    `json:"handoffs"`        // users and rooms handed to another node
	LinkLosses  uint64    `json:"linkLosses"`      // links to other nodes that broke
	LinkDrops   uint64    `json:"linkDrops"`       // messages to other nodes dropped
	Rejected    uint64    `json:"peersRejected"`   // connections to the node port refused
	Inside      *Inside   `json:"etcd,omitempty"`  // nil with an etcd beside the nodes
	BadStreams  uint64    `json:"badStreams"`      // streams with invalid messages
}

// Inside is the member of etcd inside a node.
type Inside struct {
	Leader   bool     `json:"leader"` // whether there is one
	Voters   int      `json:"voters"`
	Missing  []string `json:"missing"`  // nodes with a vote that are no members now
	Learners int      `json:"learners"` // members that have no vote yet
	Bytes    int64    `json:"bytes"`    // of the database
	InUse    int64    `json:"inUse"`    // of these
	Quota    int64    `json:"quota"`    // above which nothing can be saved
	Full     bool     `json:"full"`     // some node's database has exceeded it
}

// A Node is a member of a cluster.
type Node struct {
	Address string    `json:"address"`
	State   string    `json:"state"` // member, draining or isolated
	Since   time.Time `json:"since"`
	Self    bool      `json:"self"`
	Wire    int       `json:"wire"` // the version of the messages that it understands

	Unreachable int `json:"unreachable"` // other nodes, from there
}

// A Histogram counts observations by their size.
type Histogram struct {
	Bounds []float64 // upper bounds, ascending
	Counts []uint64  // up to each bound, and in all: one more than Bounds
}

// Observations returns how many there were.
func (h Histogram) Observations() uint64 {
	if len(h.Counts) == 0 {
		return 0
	}
	return h.Counts[len(h.Counts)-1]
}

// since returns what was observed after an earlier state of the histogram.
func (h Histogram) since(before Histogram) Histogram {
	if len(before.Counts) != len(h.Counts) {
		return h
	}
	d := Histogram{Bounds: h.Bounds, Counts: make([]uint64, len(h.Counts))}
	for i, n := range h.Counts {
		d.Counts[i] = n - min(n, before.Counts[i])
	}
	return d
}

// slow returns the 99th percentile, and whether it is above a limit, with more than the
// one or two observations beyond it that an idle server may have by chance.
func (h Histogram) slow(limit float64) (p99 float64, tooSlow bool) {
	p99, ok := h.quantile(0.99)
	if !ok || p99 <= limit {
		return p99, false
	}
	within := uint64(0) // certainly
	for i, bound := range h.Bounds {
		if bound <= limit {
			within = h.Counts[i]
		}
	}
	return p99, h.Observations()-within >= fewestSlow
}

// quantile estimates the value below which the share q of the observations lies, by
// linear interpolation within a bucket. It reports false without observations.
func (h Histogram) quantile(q float64) (float64, bool) {
	if len(h.Counts) != len(h.Bounds)+1 || h.Observations() == 0 {
		return 0, false
	}
	rank := q * float64(h.Observations())
	lower, below := 0.0, 0.0
	for i, bound := range h.Bounds {
		if n := float64(h.Counts[i]); n >= rank {
			return lower + (bound-lower)*(rank-below)/max(n-below, 1), true
		}
		lower, below = bound, float64(h.Counts[i])
	}
	return lower, true // beyond the last bound
}
