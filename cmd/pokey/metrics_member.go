package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/pokey/actors"
)

// The metrics of a cluster, as one of its nodes sees it.
var (
	descNodes       = desc("cluster_members", "Nodes that are members of the cluster, as seen here.")
	descDraining    = desc("cluster_members_draining", "Members that hand their users and rooms off.")
	descView        = desc("cluster_view_version", "Version of the membership as seen here; the same on all nodes unless one lags behind.")
	descHandoffs    = desc("cluster_handoffs_total", "Users and rooms handed off to another node.")
	descFencings    = desc("cluster_fencings_total", "Users and rooms that another node had taken over before this node knew.")
	descUnreachable = desc("cluster_members_unreachable", "Members that this node cannot reach now.")
	descIsolations  = desc("cluster_isolations_total", "Times that this node was isolated because it and too many others could not reach each other.")
	descLost        = desc("cluster_memberships_lost_total", "Times that the other nodes removed this node as dead.")
	descLinkLosses  = desc("cluster_link_losses_total", "Links to other nodes that broke.")
	descLinkDrops   = desc("cluster_link_drops_total", "Messages to other nodes dropped because too many were in flight.")
	descRejected    = desc("cluster_peers_rejected_total", "Connections to the node link that failed authentication.")
	descBadStreams  = desc("cluster_bad_streams_total", "Streams between nodes closed because of invalid messages.")
	descCertificate = desc("cluster_certificate_expiry_seconds", "When this node's certificate expires, in seconds since 1970.")
)

func (c collector) collectMember(gauge func(*prometheus.Desc, float64), count func(*prometheus.Desc, float64, ...string), s actors.Stats) {
	m := c.node.member.node.Stats()
	draining := 0
	for _, r := range m.View.Records() {
		if r.Draining {
			draining++
		}
	}
	gauge(descNodes, float64(len(m.View.Records())))
	gauge(descDraining, float64(draining))
	gauge(descView, float64(m.View.Version()))
	count(descHandoffs, float64(s.Handoffs))
	count(descFencings, float64(s.Fencings))
	gauge(descUnreachable, float64(m.Unreachable))
	count(descIsolations, float64(m.Isolations))
	count(descLost, float64(m.MembershipsLost))
	count(descLinkLosses, float64(m.LinkLosses))
	count(descLinkDrops, float64(s.Dropped))
	count(descRejected, float64(m.RejectedPeers))
	count(descBadStreams, float64(m.BadStreams))
	if !m.Certificate.IsZero() {
		gauge(descCertificate, float64(m.Certificate.UnixNano())/float64(time.Second))
	}
}
