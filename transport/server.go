package transport

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"example.com/pokey/protocol"
)

// Session handles the requests of one connection.
type Session interface {
	// Handle handles one request. It is called for one request at a time, in their
	// order; the connection reads nothing more until Handle returns.
	Handle(in protocol.Incoming)
	// Close says that the client is gone. It is called exactly once, after the last
	// Handle. What is sent to the connection afterwards is lost.
	Close()
}

// Server serves the page and the connections. It is an http.Handler; [Server.HTTP]
// makes an http.Server for it.
type Server struct {
	cfg       Config
	limits    limits
	sites     sites
	assets    *assets
	start     time.Time
	admission admission
	open      sync.WaitGroup // counts connections from admission to release
	counters  counters
	sockets   *Sockets
	budget    budget

	security securityLog
}

// New returns a server. It returns an error for a configuration that cannot work.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	known, err := newSites(cfg.PublicOrigins, cfg.BasePath, cfg.TLS != nil)
	if err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	files, err := newAssets(cfg.Static, known.first, cfg.BasePath, cfg.Version)
	if err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	if cfg.Docs != nil {
		if err := files.addDocs(cfg.Docs); err != nil {
			return nil, fmt.Errorf("transport: %w", err)
		}
	}
	s := &Server{
		cfg:       cfg,
		limits:    newLimits(&cfg),
		sites:     known,
		assets:    files,
		start:     time.Now(),
		admission: newAdmission(&cfg),
		sockets:   NewSockets(cfg.Sockets),
	}
	s.budget.limit = cfg.MaxQueued
	s.sockets.refuses = func(from netip.Addr) { s.ObserveSecurity(LimitedSockets, from) }
	return s, nil
}

// Listen wraps the listener of the public port with the limits of Config.Sockets, and
// with TLS if there is a Config.TLS.
func (s *Server) Listen(l net.Listener) net.Listener {
	l = s.sockets.Listen(l)
	if config := s.tlsConfig(); config != nil {
		l = tls.NewListener(l, config)
	}
	return l
}

// HTTP returns an http.Server for the public port, to serve what [Server.Listen]
// returns. Its time-outs hold for every client, and the shortest of them for TLS
// handshakes. Its Shutdown does not know upgraded connections: call [Server.Drain]
// first.
func (s *Server) HTTP() *http.Server {
	server := s.server(s)
	server.ConnState = s.sockets.ConnState
	server.TLSConfig = s.cfg.TLS // for what it says of HTTP/2
	server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 100, MaxReceiveBufferPerStream: 64 << 10, MaxReceiveBufferPerConnection: 64 << 10}
	return server
}

// server returns a server with the bounds that hold for strangers.
func (s *Server) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    8 << 10,
		// So that OPTIONS * is answered with the same headers as everything else.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(serverLog{s}, "", 0),
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	here, ok := s.sites.of(r)
	setSecurityHeaders(w.Header(), here.secure)
	here = s.framed(r, here)
	defer func() {
		if cause := recover(); cause != nil {
			s.panicked("request", cause)
			refuseInternal.write(w)
		}
	}()
	path, below := strings.CutPrefix(r.URL.Path, s.cfg.BasePath)
	if below && path == "connect" {
		s.connect(w, r, here, ok)
		return
	}
	if below && (path == freshPath || path == signOutPath) && s.cfg.SignOut != nil {
		s.serveSignOut(w, r, here, ok, path)
		return
	}
	switch {
	case !ok && path == "healthz" && loopback(r.Host):
		healthy.serve(w, r, minting{}) // for a health check on this machine
	case !ok:
		s.ObserveSecurity(ForeignHost, s.clientAddr(r), "host", r.Host)
		refuseHost.write(w)
	case !below && r.URL.Path+"/" == s.cfg.BasePath,
		below && path+"/" == docsPath && s.cfg.Docs != nil:
		http.Redirect(w, r, r.URL.Path+"/", http.StatusTemporaryRedirect)
	case !below:
		refuseNotFound.write(w)
	default:
		s.serveFile(w, r, here, path)
	}
}

// serveFile answers a request that is not for a connection.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, here site, path string) {
	file := s.assets.byPath[path]
	if view, ok := viewOf(path); ok {
		file = s.page(w.Header(), r, here, view)
	}
	room, isQR := strings.CutPrefix(path, "qr/")
	room, isSVG := strings.CutSuffix(room, ".svg")
	isQR = isQR && isSVG
	switch {
	case file == nil && !isQR && path != "healthz":
		s.serveMissing(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		refuseMethod.write(w)
	case file != nil:
		file.serve(w, r, s.mint(w, r, here))
	case isQR:
		s.serveQR(w, r, here, room)
	default:
		healthy.serve(w, r, minting{})
	}
}

// serveMissing answers people with a page, and programs with a code.
func (s *Server) serveMissing(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Dest") != "document" || r.Method != http.MethodGet || len(s.assets.missing) == 0 {
		refuseNotFound.write(w)
		return
	}
	w.Header().Set("Content-Type", contentType(missingName))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(s.assets.missing)
}

// healthy says that the process answers, and no more than that.
var healthy = asset{contentType: contentType(".txt"), cache: "no-store", content: asItIs([]byte("ok\n"))}

// page returns the page as a view begins with it, and sets the headers that are its own.
func (s *Server) page(h http.Header, r *http.Request, here site, view view) *asset {
	document := s.assets.document(view, r)
	policy := document.inside().policy
	if s.embeddable(here) {
		policy = embedPolicy(policy, s.cfg.EmbedOrigins)
	}
	h.Set("Content-Security-Policy", policy)
	h.Add("Vary", "Accept-Language, Cookie")
	return document.asset
}

// viewOf returns what a path below the base path shows, if the page itself handles it:
// the start, a room, or a room's big screen.
func viewOf(path string) (view, bool) {
	if path == "" {
		return viewStart, true
	}
	room, ok := strings.CutPrefix(path, "r/")
	room, staged := strings.CutSuffix(room, "/stage")
	switch {
	case !ok || room == "" || strings.Contains(room, "/"):
		return "", false
	case staged:
		return viewStage, true
	default:
		return viewRoom, true
	}
}

// now returns the time on the server's monotonic clock.
func (s *Server) now() time.Duration { return time.Since(s.start) }

// panicked logs a panic and its stack. The value of a panic may contain what a
// client sent, so only errors of the runtime are logged with their text.
func (s *Server) panicked(where string, cause any) {
	s.counters.panics.Add(1)
	text := fmt.Sprintf("%T", cause)
	if err, ok := cause.(runtime.Error); ok {
		text = err.Error()
	}
	s.cfg.Log.Error("panic", "where", where, "cause", text, "stack", string(debug.Stack()))
}

// serverLog gets the lines that net/http logs. That a handshake has failed is
// everyday: whoever scans the network causes it. It is counted.
type serverLog struct{ server *Server }

func (l serverLog) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("http: TLS handshake error")) {
		l.server.counters.tlsFailures.Add(1)
		return len(line), nil
	}
	return slog.NewLogLogger(l.server.cfg.Log.Handler(), slog.LevelWarn).Writer().Write(line)
}
