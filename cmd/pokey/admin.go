package main

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/pokey/transport"
)

// adminSockets is how many connections the operator's port has at a time. What is
// idle makes room, so that only so many requests at once use them up.
const adminSockets = 16

// admin is the server of the operator's port, and what it serves instead of l: the
// port has files of its own, which nobody on the public one can take.
func (n *node) admin(c config, l net.Listener) (*http.Server, net.Listener) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", n.readyz)
	mux.HandleFunc("GET /cluster", n.clusterPage)
	sockets := transport.NewSockets(transport.SocketLimits{Total: adminSockets})
	return &http.Server{
		Handler:           onlyOperators(c.adminListen, mux),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       30 * time.Second,
		MaxHeaderBytes:    8 << 10,
		ConnState:         sockets.ConnState,
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true,
	}, sockets.Listen(l)
}

// onlyOperators refuses requests that a page in an operator's browser may have
// made by letting its own name lead here. Browsers always send a Host; some
// health checks do not.
func onlyOperators(listen string, h http.Handler) http.Handler {
	own, _, _ := net.SplitHostPort(listen) // checked when the settings were read
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if !operatorsHost(r.Host, own) {
			http.Error(w, "host not allowed", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// operatorsHost says whether a request for a host may be an operator's: an
// address, this machine or the name that the port listens at. Where that is not on
// loopback, other containers and machines come by names without a dot, which
// nobody's DNS but the operator's answers for.
func operatorsHost(hostport, own string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	switch {
	case host == "", strings.EqualFold(host, "localhost"), strings.EqualFold(host, own):
		return true
	default:
		return !loopback(own) && !strings.Contains(host, ".")
	}
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready    bool   `json:"ready"`
	State    string `json:"state"` // ok, degraded, frozen, broken, isolated, full or draining
	Durable  bool   `json:"durable"`
	Unsaved  int64  `json:"unsaved"` // users and rooms that are not on disk
	Version  string `json:"version"`
	Sessions int    `json:"connections"`
}

// readyz says whether clients should be sent here. One that lacks a part is about
// to have it back. One that is short of memory
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
	case !n.system.Complete() || n.member != nil && !n.member.node.Linked():
		r.Ready, r.State, status = false, "broken", http.StatusServiceUnavailable
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
