package transport

import (
	"maps"
	"sync"
	"sync/atomic"

	"example.com/pokey/protocol"
)

// Stats has the counters of a server since it was made, and its present state.
type Stats struct {
	Connections  int    // open now
	Messages     uint64 // from clients, including refused ones
	BytesIn      uint64 // on connections, including frame headers
	BytesOut     uint64
	Superseded   uint64 // statuses replaced by newer ones before they were written
	Mints        uint64 // new sessions
	MintsRefused uint64
	Panics       uint64
	TLSFailures  uint64 // TLS handshakes that failed
	Queued       int64  // bytes that wait for clients now
	Shed         uint64 // connections cut because too much waited for all together
	Forwarded    uint64 // requests whose X-Forwarded-For was not believed, from a private address: a proxy's, probably

	Sockets SocketStats

	Security   map[SecurityEvent]uint64
	Handshakes map[int]uint64                // by HTTP status
	Refusals   map[protocol.Code]uint64      // messages that this package refused
	Closes     map[protocol.CloseCode]uint64 // by the close code, [ClosedByClient] or [ClosedAbruptly]
}

// The codes of RFC 6455 for connections that this server did not close: the client
// closed it, with whatever code, or it broke off.
const (
	ClosedByClient protocol.CloseCode = 1005
	ClosedAbruptly protocol.CloseCode = 1006
)

// Stats returns the counters. The caller owns the maps.
func (s *Server) Stats() Stats {
	c := &s.counters
	s.admission.mu.Lock()
	open := s.admission.total
	s.admission.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		Connections:  open,
		Messages:     c.messages.Load(),
		BytesIn:      c.bytesIn.Load(),
		BytesOut:     c.bytesOut.Load(),
		Superseded:   c.superseded.Load(),
		Mints:        c.mints.Load(),
		MintsRefused: c.mintsRefused.Load(),
		Panics:       c.panics.Load(),
		TLSFailures:  c.tlsFailures.Load(),
		Queued:       s.budget.held.Load() + s.budget.leaving.Load(),
		Shed:         c.relieved.Load(),
		Forwarded:    c.forwarded.Load(),
		Sockets:      s.sockets.Stats(),
		Security:     s.security.counts(),
		Handshakes:   maps.Clone(c.handshakes),
		Refusals:     maps.Clone(c.refusals),
		Closes:       maps.Clone(c.closes),
	}
}

// counters are the values behind Stats. Frequent ones are atomic; the maps are for
// rare events and have a lock.
type counters struct {
	messages, bytesIn, bytesOut, superseded, mints, mintsRefused, panics, relieved, forwarded, tlsFailures atomic.Uint64

	mu         sync.Mutex
	handshakes map[int]uint64
	refusals   map[protocol.Code]uint64
	closes     map[protocol.CloseCode]uint64
}

func (c *counters) handshake(status int)           { count(c, &c.handshakes, status) }
func (c *counters) refusal(code protocol.Code)     { count(c, &c.refusals, code) }
func (c *counters) closed(code protocol.CloseCode) { count(c, &c.closes, code) }

func count[K comparable](c *counters, in *map[K]uint64, key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *in == nil {
		*in = map[K]uint64{}
	}
	(*in)[key]++
}
