package main

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/pokey/transport"
)

// adminSockets is how many connections the operator's port accepts at a time. Idle
// connections make room for new ones, so only as many concurrent requests exhaust it.
const adminSockets = 16

// admin returns the server of the operator's port, and the listener to serve
// instead of l. That listener has its own share of open files, which clients of
// the public port cannot use up.
func (n *node) admin(c config, l net.Listener) (*http.Server, net.Listener) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.gatherer(), promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", n.readyz)
	mux.HandleFunc("GET /cluster", n.clusterPage)
	mux.HandleFunc("POST /backup", n.backupPage)
	n.history.Register(mux)
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

// onlyOperators protects against DNS rebinding: it refuses requests that a page in
// an operator's browser makes after pointing its own host name here. Browsers
// always send a Host; some health checks do not.
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

// operatorsHost reports whether a request for this host may be an operator's: the
// host is an IP address, this machine or the name that the port listens on. If the
// port is not on loopback, other containers and machines use names without a dot,
// which only the operator's own DNS resolves.
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
