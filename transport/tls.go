package transport

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// sealer is the sending half of a WebSocket over TLS. It turns frames into what goes
// over the network, so that they can be written without waiting, like those of a
// connection without TLS: a tls.Conn waits until the socket has taken everything.
//
// All that TLS writes, its own messages included, is collected in its order and
// goes out with the next frames.
type sealer struct {
	tls    *tls.Conn
	socket net.Conn // below TLS

	mu      sync.Mutex
	out     []byte // made by TLS, and not yet taken by anybody
	sealing bool
}

// maxUnasked limits what TLS may want to say by itself between two frames, in bytes.
// A client can make it answer as often as it likes.
const maxUnasked = 4 << 10

var errUnasked = errors.New("transport: the client wants more of TLS than there is to say")

// Write collects what TLS writes.
func (s *sealer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sealing && len(s.out)+len(p) > maxUnasked {
		return 0, errUnasked
	}
	s.out = append(s.out, p...)
	return len(p), nil
}

// seal appends to dst what goes over the network for b. One call at a time.
func (s *sealer) seal(dst, b []byte) ([]byte, error) {
	s.mu.Lock()
	s.out, s.sealing = append(dst, s.out...), true
	s.mu.Unlock()
	_, err := s.tls.Write(b) // it does not wait, since Write above does not
	s.mu.Lock()
	defer s.mu.Unlock()
	dst, s.out, s.sealing = s.out, nil, false
	return dst, err
}

// closeWrite tells the client that nothing more comes.
func (s *sealer) closeWrite() {
	_ = s.tls.CloseWrite() // on failure the client notices when the socket closes
	s.sendRest()
	if half, ok := s.socket.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// sendRest writes what TLS has said last, as far as the socket takes it.
func (s *sealer) sendRest() {
	s.mu.Lock()
	rest := s.out
	s.out = nil
	s.mu.Unlock()
	if len(rest) > 0 {
		_ = s.socket.SetWriteDeadline(time.Time{}) // TLS has let it pass
		var d direct
		d.to(s.socket)
		_, _ = d.write(rest) // the connection ends anyway
	}
}

// errTLSRate ends a handshake of an address that begins too many.
var errTLSRate = errors.New("transport: too many TLS handshakes of one address")

// tlsConfig returns the configuration of the public port's TLS, nil for none. It
// limits the handshakes of each address, which cost the server more than anything
// else that a stranger can ask for.
func (s *Server) tlsConfig() *tls.Config {
	if s.cfg.TLS == nil {
		return nil
	}
	c := s.cfg.TLS.Clone()
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		peer, _ := parseAddr(hello.Conn.RemoteAddr().String())
		if s.trusted(peer) || s.admission.takeTLS(network(peer), s.now()) {
			return nil, nil
		}
		s.ObserveSecurity(LimitedTLS, network(peer))
		return nil, errTLSRate
	}
	return c
}
