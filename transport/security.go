package transport

import (
	"net/http"
	"net/netip"
	"sync"
)

// SecurityEvent is the kind of an event that an operator may want to know of:
// somebody was refused something, or met a limit.
type SecurityEvent string

// The events. Each is counted, and logged as one line without names; if there are
// many, only some are logged.
const (
	ForeignHost        SecurityEvent = "host"        // a request for a host that is not configured
	ForeignOrigin      SecurityEvent = "origin"      // a page of another site
	ForgedSession      SecurityEvent = "session"     // a cookie that is not genuine
	LimitedHandshakes  SecurityEvent = "handshakes"  // an address connects too often
	LimitedConnections SecurityEvent = "connections" // an address or a session has all the connections it may have
	LimitedTLS         SecurityEvent = "tls"         // an address begins too many TLS handshakes
	LimitedSockets     SecurityEvent = "sockets"     // the port has all the TCP connections it may have
	LimitedSessions    SecurityEvent = "sessions"    // an address was given too many sessions
	LimitedEndings     SecurityEvent = "endings"     // an address ends sessions too often
	LimitedRooms       SecurityEvent = "rooms"       // an address creates too many rooms
	LimitedCodes       SecurityEvent = "codes"       // an address has tried too many codes that no room has
	LimitedAnswers     SecurityEvent = "answers"     // a client has had too many long answers
	Flooded            SecurityEvent = "flood"       // a client was cut for what it sent
	QueueFull          SecurityEvent = "queue"       // a client was cut because too much waited for all
	ServerFull         SecurityEvent = "full"        // the server lets nobody else in
	MemberRemoved      SecurityEvent = "removed"     // a member was removed from a room
	RoomLocked         SecurityEvent = "locked"      // a room was locked
	RoomClosed         SecurityEvent = "closed"      // a room was closed by its owner

	NodeRefused       SecurityEvent = "node_refused"        // a connection to the node link does not come from a node
	NodeStreamEnded   SecurityEvent = "node_stream_ended"   // a cluster member sent what no member sends
	NodeWithoutSecret SecurityEvent = "node_without_secret" // another process answers at a member's address
)

// eventLines limits the log lines of each kind.
var eventLines = rate{perSecond: 0.2, burst: 10}

// securityLog counts and logs security events.
type securityLog struct {
	mu    sync.Mutex
	kinds map[SecurityEvent]*securityCounter
}

type securityCounter struct {
	count  uint64
	silent uint64 // events since the last line
	logged bucket
}

// ObserveSecurity counts an event and logs it, with the address it came from if
// that is valid. about has names and values in turn; clients determine the values,
// so they are cut short.
func (s *Server) ObserveSecurity(kind SecurityEvent, from netip.Addr, about ...string) {
	s.security.mu.Lock()
	if s.security.kinds == nil {
		s.security.kinds = map[SecurityEvent]*securityCounter{}
	}
	w := s.security.kinds[kind]
	if w == nil {
		w = &securityCounter{}
		s.security.kinds[kind] = w
	}
	w.count++
	worthIt, silent := w.logged.take(eventLines, 1, s.now()), w.silent
	if w.silent++; worthIt {
		w.silent = 0
	}
	s.security.mu.Unlock()
	if !worthIt {
		return
	}
	attrs := []any{"kind", string(kind)}
	if from.IsValid() && !s.cfg.HideAddresses {
		attrs = append(attrs, "address", from.String())
	}
	if silent > 0 {
		attrs = append(attrs, "unlogged", silent)
	}
	for i := 0; i+1 < len(about); i += 2 {
		attrs = append(attrs, about[i], about[i+1][:min(len(about[i+1]), 100)])
	}
	if kind == ForeignHost || kind == ForeignOrigin { // the configuration may be wrong
		s.cfg.Log.Warn("refused; -public-origin names what is allowed", attrs...)
		return
	}
	s.cfg.Log.Warn("security", append(attrs, "event", eventTexts[kind])...)
}

// eventTexts says what has happened, and which setting is about it.
var eventTexts = map[SecurityEvent]string{
	ForgedSession:      "a session cookie is not genuine",
	LimitedHandshakes:  "an address connects too often",
	LimitedConnections: "an address or a session has as many connections as it may (-max-connections-per-ip, -max-connections-per-session)",
	LimitedTLS:         "an address begins too many TLS handshakes",
	LimitedSockets:     "the port has as many TCP connections as it may",
	LimitedSessions:    "an address was given too many sessions",
	LimitedEndings:     "an address ends sessions too often",
	LimitedRooms:       "an address creates too many rooms",
	LimitedAnswers:     "a client asks for too many long answers",
	Flooded:            "a client was disconnected for what it sent",
	QueueFull:          "a client that does not read was disconnected: too much waits for all clients",
	ServerFull:         "the server lets nobody else in (-max-connections, memory)",
	MemberRemoved:      "a member was removed from a room",
	RoomLocked:         "a room was locked",
	RoomClosed:         "a room was closed by its owner",
	NodeRefused:        "a connection to the node link does not come from a node",
	NodeStreamEnded:    "a node sent what no node sends",
	NodeWithoutSecret:  "another process answers at a node's address",
}

// counts returns the counters.
func (w *securityLog) counts() map[SecurityEvent]uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	counts := map[SecurityEvent]uint64{}
	for kind, seen := range w.kinds {
		counts[kind] = seen.count
	}
	return counts
}

// limited observes a handshake that met a limit.
func (s *Server) limited(r *http.Request, why *refusal) {
	kind := SecurityEvent("")
	switch why.code {
	case "rate_limited":
		kind = LimitedHandshakes
	case refuseAddress.code:
		kind = LimitedConnections
	case refuseFull.code:
		kind = ServerFull
	default:
		return
	}
	s.ObserveSecurity(kind, s.clientAddr(r))
}
