package transport

import (
	"fmt"
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

// Session is what stands behind a connection.
type Session interface {
	// Handle takes one request. Requests come in order and one at a time; the
	// connection reads nothing more until Handle returns.
	Handle(in protocol.Incoming)
	// Close says that the client is gone. It is called exactly once, after the
	// last Handle; what is sent to the connection from then on is lost.
	Close()
}

// Server serves the page and the connections. It is an http.Handler; make the
// http.Server with [Server.HTTP].
type Server struct {
	cfg       Config
	limits    limits
	sites     sites
	assets    *assets
	start     time.Time
	admission admission
	open      sync.WaitGroup // connections from admission to release
	counters  counters
	sockets   *Sockets
	budget    budget

	security securityLog
}

// New checks the configuration and prepares the assets.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	known, err := newSites(cfg.PublicOrigins, cfg.BasePath)
	if err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	files, err := newAssets(cfg.Static, cfg.BasePath, cfg.Version)
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

// Listen is the listener of the public port with Config.Sockets' limits.
func (s *Server) Listen(l net.Listener) net.Listener { return s.sockets.Listen(l) }

// HTTP is an http.Server for the public port, with time-outs that no client can
// wait out, to serve what [Server.Listen] returns. Its Shutdown does not know
// upgraded connections: call [Server.Drain] first.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    8 << 10,
		ConnState:         s.sockets.ConnState,
		// OPTIONS * is answered with everything else's headers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	here, ok := s.sites.of(r)
	setSecurityHeaders(w.Header(), here.secure)
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
		healthy.serve(w, r, minting{}) // whatever watches the process from beside it
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

// serveFile answers a request for anything but a connection.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, here site, path string) {
	file := s.assets.byPath[path]
	if isPage(path) {
		file = s.assets.page
	}
	room, isQR := strings.CutPrefix(path, "qr/")
	room, isSVG := strings.CutSuffix(room, ".svg")
	isQR = isQR && isSVG
	switch {
	case file == nil && !isQR && path != "healthz":
		refuseNotFound.write(w)
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

// healthy says that the process answers, and no more.
var healthy = asset{contentType: contentType(".txt"), cache: "no-store", plain: []byte("ok\n")}

// isPage says whether a path below the base path is one that the page itself
// makes sense of: the start, a room, or a room's big screen.
func isPage(path string) bool {
	room, ok := strings.CutPrefix(path, "r/")
	room = strings.TrimSuffix(room, "/stage")
	return path == "" || ok && room != "" && !strings.Contains(room, "/")
}

// now is the server's own clock, which only moves forward.
func (s *Server) now() time.Duration { return time.Since(s.start) }

// panicked logs a bug and what led there. What a panic says may hold what a
// client sent, so only the runtime's own texts are logged.
func (s *Server) panicked(where string, cause any) {
	s.counters.panics.Add(1)
	text := fmt.Sprintf("%T", cause)
	if err, ok := cause.(runtime.Error); ok {
		text = err.Error()
	}
	s.cfg.Log.Error("panic", "where", where, "cause", text, "stack", string(debug.Stack()))
}
