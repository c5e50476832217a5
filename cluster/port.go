package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A Port is the one TCP port at which other nodes reach this one, for everything
// that they want of it: the node link, and the peers of the etcd member that runs
// inside this node. With TLS, the protocol that the client names in the handshake
// (ALPN) says what a connection is for: h2 is the node link, and without a name it
// is HTTP. Without TLS the link's clients begin with a preface of their own.
//
// All connections with TLS have certificates of nodes on both sides, except those of
// a protocol that [Port.Handle] was given its own configuration for.
type Port struct {
	tls     *Credentials // nil for none
	log     *slog.Logger
	link    *portListener
	http    *portListener
	pending newestConns // whose purpose is not known yet
	handled newestConns // of a protocol that needs no certificate
	down    atomic.Bool
	life    context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener
	handlers map[string]portHandler
	rejected func(conn net.Conn, err error)
}

type portHandler struct {
	config *tls.Config
	serve  func(*tls.Conn)
}

// maxHandled is how many connections may be open at once to those who need no certificate:
// nodes that join, and who invites them.
const maxHandled = 64

var errTooManyAtOnce = errors.New("too many at once")

// linkPreface is what a client of the node link sends first without TLS. No HTTP
// request begins like that.
const linkPreface = "pokey link\n"

// OpenPort listens at address, HOST:PORT, and accepts connections until Close.
// Credentials may be nil only for a loopback address.
func OpenPort(address string, credentials *Credentials, log *slog.Logger) (*Port, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("cluster: -node-listen %q is not HOST:PORT: %w", address, err)
	}
	if credentials == nil && !loopback(host) {
		return nil, fmt.Errorf("cluster: -node-listen %s is reachable from other machines and needs certificates", address)
	}
	p := &Port{tls: credentials, log: log, pending: newestConns{limit: maxHandshakes}, handled: newestConns{limit: maxHandled}, handlers: map[string]portHandler{}}
	p.life, p.end = context.WithCancel(context.Background())
	if p.listener, err = (tcp{}).listen(p.life, address); err != nil {
		p.end()
		return nil, fmt.Errorf("cluster: open the port for other nodes: %w", err)
	}
	p.link, p.http = newPortListener(p.listener.Addr()), newPortListener(p.listener.Addr())
	p.running.Go(p.serve)
	return p, nil
}

// Addr is where the port listens.
func (p *Port) Addr() net.Addr { return p.http.Addr() }

// HTTP returns the connections that speak HTTP/1.1. With TLS they are *tls.Conn.
func (p *Port) HTTP() net.Listener { return p.http }

// Handle has serve called with each connection whose client names a protocol, after
// the handshake, which uses config. The caller closes the connection.
func (p *Port) Handle(protocol string, config *tls.Config, serve func(*tls.Conn)) {
	config = config.Clone()
	config.NextProtos = []string{protocol}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handlers[protocol] = portHandler{config, serve}
}

// Close stops listening. Connections that have been handed out stay open.
func (p *Port) Close() error {
	p.end()
	p.mu.Lock()
	err := p.listener.Close()
	p.mu.Unlock()
	p.running.Wait()
	return errors.Join(err, p.link.Close(), p.http.Close())
}

// serve accepts connections until Close. If the listener fails it opens another one.
func (p *Port) serve() {
	for {
		conn, err := p.listener.Accept()
		switch {
		case p.life.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return
		case err != nil:
			p.log.Error("the port for other nodes stopped listening; opening it again", "address", p.Addr(), "err", err)
			if !p.listenAgain() {
				return
			}
			continue
		}
		done := p.pending.add(conn)
		p.running.Go(func() {
			err := p.receive(conn)
			if done() {
				err = errTooManyAtOnce
			}
			if err != nil {
				p.reject(conn, err)
			}
		})
	}
}

// listenAgain tries until it succeeds; it returns false after Close.
func (p *Port) listenAgain() bool {
	p.down.Store(true)
	defer p.down.Store(false)
	_ = p.listener.Close()
	for sleep(p.life, listenRetryInterval) {
		listener, err := (tcp{}).listen(p.life, p.Addr().String())
		if err != nil {
			p.log.Warn("cannot open the port for other nodes again yet", "address", p.Addr(), "err", err)
			continue
		}
		p.mu.Lock()
		p.listener = listener
		p.mu.Unlock()
		return p.life.Err() == nil
	}
	return false
}

// receive finds out what a connection is for, and passes it on.
func (p *Port) receive(conn net.Conn) error {
	defer context.AfterFunc(p.life, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	patient := &patientConn{Conn: conn}
	if p.tls == nil {
		return p.receivePlain(patient)
	}
	secured := tls.Server(patient, &tls.Config{MinVersion: tls.VersionTLS13, GetConfigForClient: p.configFor})
	if err := secured.HandshakeContext(p.life); err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	switch protocol := secured.ConnectionState().NegotiatedProtocol; protocol {
	case "h2":
		return p.link.offer(p.life, secured)
	case "", "http/1.1":
		patient.limited.Store(true)
		return p.http.offer(p.life, secured)
	default:
		p.mu.Lock()
		serve := p.handlers[protocol].serve
		p.mu.Unlock()
		done := p.handled.add(conn)
		go func() {
			defer done()
			serve(secured)
		}()
		return nil
	}
}

// configFor returns the configuration for a handshake.
func (p *Port) configFor(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, protocol := range hello.SupportedProtos {
		if h, ok := p.handlers[protocol]; ok {
			return h.config, nil
		}
	}
	config := p.tls.config()
	config.NextProtos = []string{"h2", "http/1.1"}
	return config, nil
}

func (p *Port) receivePlain(conn *patientConn) error {
	first, err := read(conn, 1)
	if err != nil {
		return err
	}
	if first[0] != linkPreface[0] {
		conn.limited.Store(true)
		if err := conn.SetDeadline(time.Time{}); err != nil {
			return err
		}
		return p.http.offer(p.life, &prefixedConn{Conn: conn, prefix: first})
	}
	rest, err := read(conn, len(linkPreface)-1)
	if err != nil {
		return err
	}
	if string(first)+string(rest) != linkPreface {
		return errors.New("it speaks neither HTTP nor the node link's protocol")
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	return p.link.offer(p.life, conn)
}

// reject closes a connection, and reports it unless the peer has closed it without a
// word, as nodes do to see whether the port is open, or this node stops.
func (p *Port) reject(conn net.Conn, err error) {
	silent := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	p.mu.Lock()
	rejected := p.rejected
	p.mu.Unlock()
	if !silent && rejected != nil && p.life.Err() == nil {
		rejected(conn, err)
	}
	_ = conn.Close()
}

// onReject has rejected called with each connection that shows no valid certificate.
func (p *Port) onReject(rejected func(conn net.Conn, err error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rejected = rejected
}
