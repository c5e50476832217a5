package transport

import (
	"cmp"
	"context"
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
	// OtherServers says that clients that are told to go find other servers at once.
	OtherServers bool
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

// check refuses a configuration that cannot work, and completes the rest.
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
	if min(cfg.MessageRate, cfg.HandshakeRate, cfg.MintRate, cfg.RoomRate) < 0 || cfg.SessionLife < 0 || min(cfg.MaxConnections, cfg.MaxConnectionsPerIP,
		cfg.MaxConnectionsPerSession, cfg.MessageBurst, cfg.HandshakeBurst, cfg.MintBurst, cfg.RoomBurst) < 0 {
		return errors.New("transport: a limit is negative")
	}
	cfg.SessionLife = cmp.Or(cfg.SessionLife, identity.SessionLife)
	cfg.Sockets.Proxies = cfg.TrustedProxies
	return nil
}
