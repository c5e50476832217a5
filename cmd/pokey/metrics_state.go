package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What a server says of itself, its limits and its disk.
var (
	descInfo     = desc("info", "Always 1; the version of the server.", "version")
	descState    = desc("state", "1 for the state that /readyz reports, 0 for the others.", "state")
	descClock    = desc("clock_seconds", "The server's wall clock, in seconds since 1970.")
	descLimit    = desc("connections_limit", "How many connections the server accepts; 0 for no limit.")
	descDataFree = desc("data_free_bytes", "Bytes that the server may still write to the file system of its data directory.")
)

func (c collector) collectState(gauge func(*prometheus.Desc, float64), ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(descInfo, prometheus.GaugeValue, 1, version())
	now := c.node.state()
	for _, s := range states {
		ch <- prometheus.MustNewConstMetric(descState, prometheus.GaugeValue, truth(s == now), string(s))
	}
	gauge(descClock, float64(time.Now().UnixNano())/float64(time.Second))
	gauge(descLimit, float64(c.node.settings.maxConnections))
	if free, ok := c.node.settings.dataFree(); ok {
		gauge(descDataFree, float64(free))
	}
}

// dataFree returns how many bytes may still be written to the data directory. It
// reports false if there is none, or the system does not tell.
func (c config) dataFree() (uint64, bool) {
	if c.data == inMemory || len(c.etcd) > 0 {
		return 0, false
	}
	return freeBytes(c.data)
}
