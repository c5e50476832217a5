package cluster

import (
	"sync/atomic"
	"time"

	"example.com/pokey/cluster/membership"
)

// Stats are figures for metrics and for people. Counters only grow.
type Stats struct {
	Address         string
	View            *membership.View // the newest
	ViewChanges     uint64           // new views, version-only ones included
	LinkLosses      uint64           // links to members that broke, or could not be made
	MembershipsLost uint64           // times that the other nodes removed this one
	Unreachable     int              // members that this node cannot reach now
	Isolations      uint64           // times that this node was isolated
	RejectedPeers   uint64           // connections that failed authentication, or were too many at once
	RefusedCalls    uint64           // gRPC calls other than the link's only one
	BadStreams      uint64           // streams ended because of a message on them
	Certificate     time.Time        // when this node's certificate expires; zero without TLS
}

type counters struct {
	views, linkLosses, membershipsLost, isolations, rejectedPeers, refusedCalls, badStreams atomic.Uint64
}

// Stats returns the current figures.
func (n *Node) Stats() Stats {
	s := Stats{
		Address: n.Self(), View: n.View(), Unreachable: len(n.heartbeat.detector.unreachable()),
		ViewChanges: n.counters.views.Load(), LinkLosses: n.counters.linkLosses.Load(),
		MembershipsLost: n.counters.membershipsLost.Load(), Isolations: n.counters.isolations.Load(),
		RejectedPeers: n.counters.rejectedPeers.Load(), RefusedCalls: n.counters.refusedCalls.Load(), BadStreams: n.counters.badStreams.Load(),
	}
	if n.conf.TLS != nil {
		s.Certificate = n.conf.TLS.Expires()
	}
	return s
}
