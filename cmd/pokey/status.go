package main

import (
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/operator"
	"example.com/pokey/protocol"
)

// status returns what this server knows about itself, for the operator's page.
func (n *node) status() operator.Status {
	s, w := n.system.Stats(), n.web.Stats()
	status := operator.Status{
		Version: version(), State: string(n.state()), Time: time.Now(), Started: n.started,
		Connections: w.Connections, ConnectionsLimit: n.settings.maxConnections,
		Users: s.Users, Rooms: s.Rooms, Members: s.Members, Unsaved: s.Unsaved,
		InMemory: !n.store.Durable(), Memory: inUse(),
		TurnedAway: w.Handshakes[http.StatusServiceUnavailable], Limited: w.Handshakes[http.StatusTooManyRequests],
		Panics: uint64(s.Crashes), SocketsLost: w.Sockets.Evicted, SlowClients: w.Closes[protocol.CloseSlowConsumer], BytesWaiting: w.Queued, Forwarded: w.Forwarded,
		Delivery: histogram(n.metrics.delivery), Cluster: n.member.status(),
	}
	status.Commit = histogram(n.metrics.commit.WithLabelValues(commitOK))
	status.CommitsLost = histogram(n.metrics.commit.WithLabelValues(commitFailed)).Observations()
	if free, ok := n.settings.dataFree(); ok {
		status.DataFree = &free
	}
	if n.certificates != nil {
		status.RejectedFiles, status.Certificates = n.certificateStatus()
	}
	if n.memory.limit < math.MaxInt64 {
		status.MemoryLimit = n.memory.limit
	}
	for _, x := range s.Requests {
		status.Requests += uint64(x)
	}
	for _, x := range s.Refusals {
		status.Refusals += uint64(x)
	}
	for _, x := range w.Refusals {
		status.Refusals += x
	}
	for _, x := range w.Security {
		status.Security += x
	}
	if status.Cluster != nil {
		status.Cluster.Handoffs, status.Cluster.Fencings, status.Cluster.LinkDrops = uint64(s.Handoffs), uint64(s.Fencings), uint64(s.Dropped)
	}
	return status
}

// status returns what a node knows about the cluster; nil for a node alone.
func (m *member) status() *operator.Cluster {
	if m == nil {
		return nil
	}
	s := m.node.Stats()
	c := &operator.Cluster{
		Address: s.Address, View: s.View.Version(), Unreachable: s.Unreachable, Certificate: s.Certificate,
		Lost: s.MembershipsLost, Isolations: s.Isolations, LinkLosses: s.LinkLosses, Rejected: s.RejectedPeers, BadStreams: s.BadStreams,
	}
	present := map[string]bool{}
	for _, r := range s.View.Records() {
		present[r.Address] = true
		c.Nodes = append(c.Nodes, operator.Node{
			Address: r.Address, State: memberState(r), Since: r.Since, Self: r.Address == s.Address, Wire: r.Wire, Unreachable: len(r.Unreachable),
		})
	}
	if inside := m.stats(); inside != nil {
		c.Inside = insideStatus(inside, present)
	}
	return c
}

// insideStatus returns what the member of etcd inside a node knows, given which nodes are
// members of the cluster.
func insideStatus(s *etcdmember.Stats, present map[string]bool) *operator.Inside {
	i := &operator.Inside{Leader: s.Leader, Bytes: s.Bytes, InUse: s.InUse, Quota: s.Quota, Full: s.NoSpace}
	for _, member := range s.Members {
		if member.Learner {
			i.Learners++
			continue
		}
		i.Voters++
		if !present[member.Node] {
			i.Missing = append(i.Missing, member.Node)
		}
	}
	return i
}

// histogram reads a histogram of Prometheus.
func histogram(from prometheus.Observer) operator.Histogram {
	var m dto.Metric
	if h, ok := from.(prometheus.Metric); !ok || h.Write(&m) != nil {
		return operator.Histogram{}
	}
	var h operator.Histogram
	for _, b := range m.GetHistogram().GetBucket() {
		h.Bounds, h.Counts = append(h.Bounds, b.GetUpperBound()), append(h.Counts, b.GetCumulativeCount())
	}
	h.Counts = append(h.Counts, m.GetHistogram().GetSampleCount())
	return h
}
