package transport

import (
	"bufio"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

const (
	// readBuffer holds one ordinary request. Longer messages are read past it.
	readBuffer = 512
	// writeBuffer holds one control frame. Messages do not go through it.
	writeBuffer = 144
)

// connect upgrades the request to a connection, or refuses it.
func (s *Server) connect(w http.ResponseWriter, r *http.Request, here site, hostAllowed bool) {
	c, why := s.admit(r, here, hostAllowed)
	if why == nil {
		s.upgrade(w, r, c)
		return
	}
	s.counters.handshake(why.status)
	s.limited(r, why)
	h := w.Header()
	switch why.status {
	case http.StatusMethodNotAllowed:
		h.Set("Allow", http.MethodGet)
		h.Set("Connection", "close")
	case http.StatusUpgradeRequired:
		h.Set("Connection", "Upgrade")
		h.Set("Upgrade", "websocket")
		h.Set("Sec-WebSocket-Version", "13")
	default:
		h.Set("Connection", "close")
	}
	why.write(w)
}

// admit makes the checks of the protocol, in its order. The library makes only some
// of them.
func (s *Server) admit(r *http.Request, here site, hostAllowed bool) (*Conn, *refusal) {
	if r.Method != http.MethodGet {
		return nil, &refuseMethod
	}
	if !hostAllowed {
		s.ObserveSecurity(ForeignHost, s.clientAddr(r), "host", r.Host)
		return nil, &refuseHost
	}
	if why := checkHandshake(r); why != nil {
		return nil, why
	}
	if origin := r.Header.Get("Origin"); !s.allowsOrigin(origin, r.Host) {
		s.ObserveSecurity(ForeignOrigin, s.clientAddr(r), "origin", origin)
		return nil, &refuseOrigin
	}
	session, ok := s.session(r, here)
	if !ok {
		return nil, &refuseSession
	}
	addr := s.clientAddr(r)
	var standing Standing
	var err error
	if why := s.admission.takeHandshake(addr, s.now()); why != nil { // before the store is asked
		if standing, why = s.priority(r.Context(), session, addr, why); why != nil {
			return nil, why
		}
	} else if standing, err = s.standing(r.Context(), session); err != nil && !errors.Is(err, ErrBusy) {
		return nil, &refuseUnavailable
	}
	if standing.Revoked {
		return nil, &refuseSession
	}
	c := newConn(s, session, addr)
	c.known = standing.Known
	if why := s.admission.admit(c, s.now()); why != nil {
		return nil, why
	}
	return c, nil
}

func (s *Server) allowsOrigin(origin, host string) bool {
	if origin == "" {
		return !s.cfg.RequireOrigin
	}
	return s.sites.allows(origin, host)
}

// checkHandshake returns the refusal of a request that is not a WebSocket
// handshake.
func checkHandshake(r *http.Request) *refusal {
	h := r.Header
	key, err := base64.StdEncoding.DecodeString(h.Get("Sec-WebSocket-Key"))
	switch {
	case r.ProtoMajor != 1 || r.ProtoMinor < 1,
		!hasToken(h, "Connection", "upgrade"),
		!hasToken(h, "Upgrade", "websocket"),
		h.Get("Sec-WebSocket-Version") != "13":
		return &refuseUpgrade
	case len(h.Values("Origin")) > 1,
		len(h.Values("Sec-WebSocket-Key")) != 1,
		err != nil || len(key) != 16,
		r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return &refuseHandshake
	default:
		return nil
	}
}

func hasToken(h http.Header, name, token string) bool {
	for t := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(t), token) {
			return true
		}
	}
	return false
}

// upgrade answers 101 and starts the connection. The handler returns at once,
// so that the request and net/http's buffers are not kept for the connection.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, c *Conn) {
	ws, err := websocket.Accept(&hijacker{ResponseWriter: w, conn: c}, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin has been checked, more strictly
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     c.ping,
		OnPongReceived:     c.pong,
	})
	if err != nil {
		s.counters.handshake(http.StatusInternalServerError)
		s.cfg.Log.Debug("upgrade failed", "err", err)
		s.release(c)
		return
	}
	s.counters.handshake(http.StatusSwitchingProtocols)
	ws.SetReadLimit(-1) // c limits the length itself, by the frames' headers
	c.ws = ws
	go c.serve()
}

// hijacker gives the library a connection whose reads and writes go through c, with
// small buffers.
type hijacker struct {
	http.ResponseWriter
	conn *Conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	raw, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := buffered.Peek(buffered.Reader.Buffered()) // as many are buffered
	c := h.conn
	raw, c.counted = unwrap(raw)
	c.attach(raw, append([]byte(nil), early...))
	s := &socket{Conn: raw, c: c}
	return s, bufio.NewReadWriter(bufio.NewReaderSize(s, readBuffer), bufio.NewWriterSize(s, writeBuffer)), nil
}
