package main

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"example.com/pokey/actors"
	"example.com/pokey/cluster/etcdmember"
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

// The metrics of the etcd inside the nodes. What etcd itself measures has etcd's own
// names, see [insideMetrics].
var (
	descLeader    = desc("etcd_has_leader", "Whether the etcd inside this node knows of a leader.")
	descLeads     = desc("etcd_is_leader", "Whether the etcd inside this node is the leader.")
	descVoters    = desc("etcd_voters", "Members of the etcd inside the nodes that have a vote.")
	descLearners  = desc("etcd_learners", "Members of the etcd inside the nodes that have no vote yet.")
	descBytes     = desc("etcd_database_bytes", "Size of the database of the etcd inside this node.")
	descBytesUsed = desc("etcd_database_used_bytes", "What is in use of that.")
	descNoSpace   = desc("etcd_full", "Whether the database of any of those members has exceeded its quota, so that nothing can be saved.")
	descHandovers = desc("etcd_handovers_total", "Times that the etcd inside this node was a slow leader and had another node lead.")
	descQuota     = desc("etcd_quota_bytes", "The size of that database above which nothing can be saved.")
)

func collectInside(gauge func(*prometheus.Desc, float64), count func(*prometheus.Desc, float64, ...string), s etcdmember.Stats) {
	gauge(descLeader, truth(s.Leader))
	gauge(descLeads, truth(s.Leads))
	learners := 0
	for _, m := range s.Members {
		if m.Learner {
			learners++
		}
	}
	gauge(descVoters, float64(len(s.Members)-learners))
	gauge(descLearners, float64(learners))
	gauge(descBytes, float64(s.Bytes))
	gauge(descBytesUsed, float64(s.InUse))
	gauge(descQuota, float64(s.Quota))
	gauge(descNoSpace, truth(s.NoSpace))
	count(descHandovers, float64(s.HandedOver))
}

// insideMetrics are those of etcd's own metrics that say how the etcd inside this node
// is. etcd registers them, and many more, with Prometheus' default registry.
func insideMetrics() prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		all, err := prometheus.DefaultGatherer.Gather()
		return slices.DeleteFunc(all, func(f *dto.MetricFamily) bool { return !slices.Contains(etcdMetrics, f.GetName()) }), err
	})
}

var etcdMetrics = []string{
	"etcd_disk_backend_commit_duration_seconds", "etcd_disk_wal_fsync_duration_seconds", "etcd_network_peer_round_trip_time_seconds",
	"etcd_server_heartbeat_send_failures_total", "etcd_server_leader_changes_seen_total", "etcd_server_proposals_failed_total",
	"etcd_server_proposals_pending", "etcd_server_slow_apply_total",
}

func (c collector) collectMember(gauge func(*prometheus.Desc, float64), count func(*prometheus.Desc, float64, ...string), s actors.Stats) {
	if inside := c.node.member.stats(); inside != nil {
		collectInside(gauge, count, *inside)
	}
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
