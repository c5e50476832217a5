package main

import (
	"maps"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics is the registry of all metrics. No label value can be chosen by a client.
type metrics struct {
	registry *prometheus.Registry
	commit   *prometheus.HistogramVec
	delivery prometheus.Histogram
	batch    prometheus.Histogram
}

// latencies are buckets from a tenth of a millisecond to ten seconds.
var latencies = prometheus.ExponentialBucketsRange(0.0001, 10, 18)

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		commit: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pokey_commit_seconds", Help: "How long it took to commit a room or a user, by result.", Buckets: latencies,
		}, []string{"result"}),
		delivery: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "pokey_delivery_seconds", Help: "How long an event or status waited between being made and being handed to the operating system.", Buckets: latencies,
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "pokey_commit_batch_records", Help: "How many records shared one write to the disk.", Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
	}
	for _, result := range []string{commitOK, commitFailed} {
		m.commit.WithLabelValues(result) // so that the first of each counts as an increase
	}
	m.registry.MustRegister(m.commit, m.delivery, m.batch,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// How a commit may end.
const (
	commitOK     = "ok"
	commitFailed = "failed"
)

func (m *metrics) observeCommit(took time.Duration, failed bool) {
	result := commitOK
	if failed {
		result = commitFailed
	}
	m.commit.WithLabelValues(result).Observe(took.Seconds())
}

func (m *metrics) observeDelivery(took time.Duration) { m.delivery.Observe(took.Seconds()) }

func (m *metrics) observeBatch(records int, _ time.Duration, _ error) {
	m.batch.Observe(float64(records))
}

// watch adds the counts that the parts of a node keep themselves.
func (m *metrics) watch(n *node) { m.registry.MustRegister(collector{n}) }

// collector reads those counts whenever metrics are scraped.
type collector struct{ node *node }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("pokey_"+name, help, labels, nil)
}

var (
	descConnections = desc("connections", "Open WebSocket connections.")
	descUsers       = desc("users", "User actors: users who are connected or were recently.")
	descRooms       = desc("rooms", "Room actors: rooms that are in use or were recently.")
	descMembers     = desc("members", "Members of the rooms that have an actor.")
	descUnsaved     = desc("unsaved", "Rooms and users whose last commit failed or whose outcome is not known yet.")
	descDegraded    = desc("degraded", "1 while something acknowledged is not on disk, or in a cluster while the store does not answer.")
	descFull        = desc("memory_full", "1 while newcomers are refused because memory is short.")
	descActivations = desc("activations_total", "User and room actors started on this node.")
	descPassivated  = desc("passivations_total", "User and room actors stopped because they were idle.")
	descCrashes     = desc("actor_panics_total", "Panics that stopped an actor.")
	descRequests    = desc("requests_total", "Requests of clients.", "request")
	descRefusals    = desc("refusals_total", "Requests refused by the rules or the limits.", "code")
	descHandshakes  = desc("handshakes_total", "Attempts to connect, by HTTP status.", "status")
	descCloses      = desc("closes_total", "Connections closed, by close code; 1005 if the client gave none, 1006 if the connection broke.", "code")
	descDrops       = desc("outbox_drops_total", "Statuses replaced by a newer one before they were sent.")
	descReceived    = desc("received_bytes_total", "Bytes from WebSocket clients, frame headers included.")
	descSent        = desc("sent_bytes_total", "Bytes to WebSocket clients, frame headers included.")
	descSecurity    = desc("security_events_total", "Attempts that were refused and limits that were reached, by kind; see docs/operating.md.", "kind")
	descSockets     = desc("sockets", "TCP connections to the public port, WebSockets among them.")
	descEvictions   = desc("sockets_evicted_total", "Idle TCP connections closed to make room for new ones.")
	descQueued      = desc("queued_bytes", "Bytes queued for clients that have not read earlier messages.")
	descSessions    = desc("sessions_minted_total", "Session cookies handed out to newcomers.")
)

// Describe sends nothing, which makes the collector an unchecked one: its label
// values are known only when it collects.
func (collector) Describe(chan<- *prometheus.Desc) {}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// Collect sends the current counts.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	s, w := c.node.system.Stats(), c.node.web.Stats()
	gauge(descConnections, float64(w.Connections))
	gauge(descUsers, float64(s.Users))
	gauge(descRooms, float64(s.Rooms))
	gauge(descMembers, float64(s.Members))
	gauge(descUnsaved, float64(s.Unsaved))
	gauge(descDegraded, truth(s.Unsaved > 0))
	c.collectState(gauge, ch)
	gauge(descFull, truth(c.node.memory.full()))
	count(descCrashes, float64(s.Crashes))
	count(descActivations, float64(s.Activations))
	count(descPassivated, float64(s.Passivations))
	if c.node.member != nil {
		c.collectMember(gauge, count, s)
	}
	if c.node.certificates != nil {
		c.collectHTTPS(ch, w.TLSFailures)
	}
	for name, n := range s.Requests {
		count(descRequests, float64(n), name)
	}
	refusals := map[string]int64{}
	maps.Copy(refusals, s.Refusals)
	for code, n := range w.Refusals {
		refusals[string(code)] += int64(n)
	}
	for code, n := range refusals {
		count(descRefusals, float64(n), code)
	}
	for status, n := range w.Handshakes {
		count(descHandshakes, float64(n), strconv.Itoa(status))
	}
	for code, n := range w.Closes {
		count(descCloses, float64(n), strconv.Itoa(int(code)))
	}
	count(descDrops, float64(w.Superseded))
	count(descReceived, float64(w.BytesIn))
	count(descSent, float64(w.BytesOut))
	for kind, n := range w.Security {
		count(descSecurity, float64(n), string(kind))
	}
	gauge(descSockets, float64(w.Sockets.Open))
	count(descEvictions, float64(w.Sockets.Evicted))
	gauge(descQueued, float64(w.Queued))
	count(descSessions, float64(w.Mints))
}
