package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
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

// Config is what a server is made from. Zero means no limit for each limit.
type Config struct {
	Keys   *identity.Keys
	Log    *slog.Logger
	Static fs.FS // the page: index.html and what it loads
	Docs   fs.FS // documents, served below docs/: index.html and others; nil for none

	// Connect makes the session of a connection that has just been upgraded. It
	// is called once for each, before the connection's first request, and never
	// returns nil. The session may send to c at once.
	Connect func(user poker.UserID, c *Conn) Session

	// CheckSession, if any, says how it stands with a session of user that was issued
	// at that time. It is asked for a document and for a connection, and must not
	// take longer than somebody may wait for these; with an error a document leaves
	// the session as it is, and nobody connects.
	CheckSession func(ctx context.Context, user poker.UserID, issued time.Time) (Standing, error)
	// SignOut, if any, ends the sessions of user that were issued before the one that
	// asks for it, which was issued at the given time, and is ErrRevoked if that one
	// has been ended. With another error it may have been done or not.
	SignOut func(ctx context.Context, user poker.UserID, issued time.Time) error
	// SessionLife is how long after their first session a user becomes somebody
	// else, however often it was renewed; identity.SessionLife if it is zero.
	SessionLife time.Duration

	// PublicOrigins are the places the service is reached at, as
	// scheme://host[:port]. Requests for other hosts are refused. None means
	// localhost and the loopback addresses, over http, at any port.
	PublicOrigins []string
	// TrustedProxies are the proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// BasePath is where the page is, "/" by default. Slashes at its ends are
	// added where they are missing.
	BasePath string
	// Elsewhere says that clients that are told to go find other servers at once.
	Elsewhere bool
	// RequireOrigin refuses clients that send no Origin, which browsers always do.
	RequireOrigin bool

	// Sockets bounds the TCP connections of the public port, WebSockets among them.
	// Its Proxies are TrustedProxies.
	Sockets SocketLimits

	MaxConnections           int
	MaxConnectionsPerIP      int // an IPv6 /64 counts as one
	MaxConnectionsPerSession int
	// Full, if any, says that nobody else is to be let in, whatever the limits. It
	// must be quick and safe for concurrent use.
	Full func() bool

	// MaxQueued is how many bytes may wait for all clients together. From half of it
	// on, requests of clients that do not read are refused as unavailable; over it,
	// those are cut for whom most is waiting. As much again may be under way to
	// those, for as long as a client has to answer a close.
	MaxQueued int64

	// MessageRate and MessageBurst are what a connection may send, in messages a
	// second and at once. The limits for bytes follow from them.
	MessageRate  float64
	MessageBurst int
	// HandshakeRate and HandshakeBurst are the upgrades for one IP address.
	HandshakeRate  float64
	HandshakeBurst int
	// MintRate and MintBurst are the new sessions for one IP address.
	MintRate  float64
	MintBurst int
	// RoomRate and RoomBurst are the new rooms for one IP address.
	RoomRate  float64
	RoomBurst int

	// HideAddresses leaves clients' addresses out of the log.
	HideAddresses bool

	// Version is put into the page where it says {{version}}.
	Version string
	// Observe, if any, is called with the time from queueing an event or status
	// to handing it to the operating system. It must be quick and safe for
	// concurrent use.
	Observe func(time.Duration)
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

	watchman watchman
}

// New checks the configuration and prepares the assets.
func New(cfg Config) (*Server, error) {
	if cfg.Keys == nil || cfg.Log == nil || cfg.Static == nil || cfg.Connect == nil {
		return nil, errors.New("transport: Keys, Log, Static and Connect are needed")
	}
	cfg.BasePath = "/" + strings.Trim(cfg.BasePath, "/") + "/"
	if cfg.BasePath == "//" {
		cfg.BasePath = "/"
	}
	if cfg.BasePath != html.EscapeString(cfg.BasePath) || strings.ContainsAny(cfg.BasePath, "%?#\\; ") {
		return nil, fmt.Errorf("transport: base path %q has characters that need escaping", cfg.BasePath)
	}
	if min(cfg.MessageRate, cfg.HandshakeRate, cfg.MintRate, cfg.RoomRate) < 0 || cfg.SessionLife < 0 || min(cfg.MaxConnections, cfg.MaxConnectionsPerIP,
		cfg.MaxConnectionsPerSession, cfg.MessageBurst, cfg.HandshakeBurst, cfg.MintBurst, cfg.RoomBurst) < 0 {
		return nil, errors.New("transport: a limit is negative")
	}
	cfg.SessionLife = cmp.Or(cfg.SessionLife, identity.SessionLife)
	cfg.Sockets.Proxies = cfg.TrustedProxies
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
