package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
)

// Config configures a server. For each limit zero means no limit.
type Config struct {
	Keys   *identity.Keys
	Log    *slog.Logger
	Static fs.FS // the page: index.html and all it loads
	Docs   fs.FS // documents to serve below docs/, index.html as docs/ itself; may be nil

	// Connect returns the session of a connection that has just been upgraded. It is
	// called once for each connection, before the first request, and never returns
	// nil. The session may send to c at once.
	Connect func(user poker.UserID, c *Conn) Session

	// CheckSession, if not nil, returns the standing of a session of user that was
	// issued at that time. It is called for page loads and for connections, which
	// wait for it. If it fails, a page load leaves the session as it is, and a
	// connection is refused, unless it fails with [ErrBusy].
	CheckSession func(ctx context.Context, user poker.UserID, issued time.Time) (Standing, error)
	// SignOut, if not nil, ends the sessions of user that were issued before the
	// asking one, which was issued at the given time. It returns ErrRevoked if that
	// session has been ended. With another error the sessions may have been ended or
	// not.
	SignOut func(ctx context.Context, user poker.UserID, issued time.Time) error
	// ResolveCode, if not nil, returns the room whose short code somebody has written,
	// and false if no room has it. The connection that asks waits for it.
	ResolveCode func(ctx context.Context, code string) (poker.RoomID, bool, error)
	// SessionLife is the time from a user's first session until they become another
	// user, however often the session was renewed. Zero means identity.SessionLife.
	SessionLife time.Duration

	// PublicOrigins are the origins that the service is reached at, as
	// scheme://host[:port]. Requests for other hosts are refused. None means
	// localhost and the loopback addresses, over http or with TLS over https, at any
	// port.
	PublicOrigins []string
	// TrustedProxies are the proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// BasePath is the path of the page, "/" by default. Missing slashes at its ends
	// are added.
	BasePath string
	// EmbedOrigins are the sites that may have the page in a frame, as
	// https://host[:port], where the page itself is reached over https. Nobody else
	// may. See [CheckEmbedOrigin].
	EmbedOrigins []string
	// OtherServers says that there are other servers, so that clients of a server
	// that stops can reconnect at once.
	OtherServers bool
	// RequireOrigin refuses clients that send no Origin. Browsers always send one.
	RequireOrigin bool

	// TLS, if not nil, makes the public port speak TLS. Its NextProtos are those of
	// HTTP/2 and HTTP/1.1, in this order.
	TLS *tls.Config

	// Sockets limits the TCP connections of the public port, including WebSockets.
	// Its Proxies are set to TrustedProxies.
	Sockets SocketLimits

	MaxConnections           int
	MaxConnectionsPerIP      int // an IPv6 /64 counts as one address
	MaxConnectionsPerSession int
	// Full, if not nil, reports whether connections are to be refused whatever the
	// limits say. It must be quick and safe for concurrent use.
	Full func() bool

	// MaxQueued limits the bytes that wait for all clients together. Above half of
	// it, requests of clients that do not read are refused as unavailable. Above it,
	// the clients with the most bytes waiting are cut. As many bytes again may wait
	// for clients that are being closed.
	MaxQueued int64

	// MessageRate and MessageBurst limit what a connection may send, in messages a
	// second and at once. The limits for bytes follow from them.
	MessageRate  float64
	MessageBurst int
	// HandshakeRate and HandshakeBurst limit the upgrades for one IP address, a
	// second and at once, as do the limits below.
	HandshakeRate  float64
	HandshakeBurst int
	// MintRate and MintBurst limit the new sessions for one IP address.
	MintRate  float64
	MintBurst int
	// RoomRate and RoomBurst limit the new rooms for one IP address.
	RoomRate  float64
	RoomBurst int

	// HideAddresses keeps clients' addresses out of the log.
	HideAddresses bool

	// Version replaces {{version}} in the page.
	Version string
	// Observe, if not nil, is called with the time from queueing an event or status
	// until it is handed to the operating system. It must be quick and safe for
	// concurrent use.
	Observe func(time.Duration)
}

// check refuses a configuration that cannot work, and fills in the defaults.
func (cfg *Config) check() error {
	if cfg.Keys == nil || cfg.Log == nil || cfg.Static == nil || cfg.Connect == nil {
		return errors.New("transport: Keys, Log, Static and Connect are needed")
	}
	cfg.BasePath = "/" + strings.Trim(cfg.BasePath, "/") + "/"
	if cfg.BasePath == "//" {
		cfg.BasePath = "/"
	}
	if cfg.BasePath != html.EscapeString(cfg.BasePath) || strings.ContainsAny(cfg.BasePath, "%?#\\; ") {
		return fmt.Errorf("transport: base path %q has characters that need escaping", cfg.BasePath)
	}
	for _, origin := range cfg.EmbedOrigins {
		if err := CheckEmbedOrigin(origin); err != nil {
			return fmt.Errorf("transport: embedding origin: %w", err)
		}
	}
	if min(cfg.MessageRate, cfg.HandshakeRate, cfg.MintRate, cfg.RoomRate) < 0 || cfg.SessionLife < 0 || min(cfg.MaxConnections, cfg.MaxConnectionsPerIP,
		cfg.MaxConnectionsPerSession, cfg.MessageBurst, cfg.HandshakeBurst, cfg.MintBurst, cfg.RoomBurst) < 0 {
		return errors.New("transport: a limit is negative")
	}
	cfg.SessionLife = cmp.Or(cfg.SessionLife, identity.SessionLife)
	cfg.Sockets.Proxies = cfg.TrustedProxies
	return nil
}
