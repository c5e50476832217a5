package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// admin is the server of the operator's port.
func (n *node) admin() *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", n.readyz)
	mux.HandleFunc("GET /cluster", n.clusterPage)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 8 << 10}
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready    bool   `json:"ready"`
	State    string `json:"state"` // ok, degraded, frozen, isolated, full or draining
	Durable  bool   `json:"durable"`
	Unsaved  int64  `json:"unsaved"` // users and rooms that are not on disk
	Version  string `json:"version"`
	Sessions int    `json:"connections"`
}

// readyz says whether clients should be sent here. One that is short of memory
// keeps those it has and lets nobody else in. A server that cannot save
// still serves, and says so: a meeting is worth more than its record. One whose
// store is shared and does not answer says so too, and clients stay: they would
// find the same everywhere.
func (n *node) readyz(w http.ResponseWriter, _ *http.Request) {
	stats := n.system.Stats()
	r := readiness{
		Ready: true, State: "ok", Durable: n.store.Durable() && stats.Unsaved == 0, Unsaved: stats.Unsaved,
		Version: version(), Sessions: n.web.Stats().Connections,
	}
	status := http.StatusOK
	switch {
	case n.draining.Load():
		r.Ready, r.State, status = false, "draining", http.StatusServiceUnavailable
	case n.member != nil && n.member.node.Isolated():
		r.Ready, r.State, status = false, "isolated", http.StatusServiceUnavailable
	case n.memory.full():
		r.Ready, r.State, status = false, "full", http.StatusServiceUnavailable
	case stats.Unsaved > 0 && n.store.Shared():
		r.State = "frozen"
	case stats.Unsaved > 0:
		r.State = "degraded"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}
