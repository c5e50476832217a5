package joining

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"example.com/pokey/cluster"
	"example.com/pokey/store"
)

// Bounds of what can be asked.
const (
	MaxUses = 20
	MaxLife = 24 * time.Hour

	askTimeout  = 5 * time.Second  // to say what is wanted
	workTimeout = 30 * time.Second // to do it
)

// Questions that all askers together may ask: so many a second, and at once.
const (
	questionRate  = 1
	questionBurst = 20
)

// Config is what a [Server] works with.
type Config struct {
	Store      store.Store    // the cluster's, which seals
	Secret     cluster.Secret // the master secret
	SecretFile string         // that a new node gets
	Self       string         // this node, HOST:PORT
	// Nodes returns the nodes of the cluster.
	Nodes func() []string
	// Expected reports whether a node has been added, and has never started.
	Expected func(node string) bool
	// Ready returns an error if no node can be added now, or not this one, for whoever
	// wants to join. A token that is shown then can be shown again.
	Ready func(ctx context.Context, node string) error
	// Add adds a node.
	Add func(ctx context.Context, node string) error
	// Refused, if not nil, is called with the address of each asker who is refused
	// something.
	Refused func(address, reason string)
	Log     *slog.Logger
}

// Server answers new nodes, and the operator who invites them, at a node's port.
type Server struct {
	config    Config
	book      book
	questions *rate.Limiter
	known     atomic.Pointer[[]byte] // the authority's certificate

	credentials atomic.Pointer[cluster.Credentials] // this node's
}

// NewServer returns a server of the cluster's authority, which is founder from now on
// unless that is nil.
func NewServer(ctx context.Context, c Config, founder *Authority) (*Server, error) {
	s := &Server{config: c, book: book{c.Store}, questions: rate.NewLimiter(questionRate, questionBurst)}
	if founder != nil {
		if err := s.book.keep(ctx, founder); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Authority returns the cluster's authority; the error is for a cluster that has none.
func (s *Server) Authority(ctx context.Context) (*Authority, error) { return s.book.authority(ctx) }

// Serve answers one client, and closes the connection.
func (s *Server) Serve(conn *tls.Conn) {
	defer func() { _ = conn.Close() }()
	reply, err := s.serve(conn)
	if err != nil {
		if s.config.Refused != nil {
			s.config.Refused(conn.RemoteAddr().String(), err.Error())
		}
		reply = answer{Error: err.Error()}
	}
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	_ = write(conn, encode(reply)) // on failure the client is gone
}

var errTooMany = errors.New("too many have asked; try again in a minute")

func (s *Server) serve(conn *tls.Conn) (answer, error) {
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	message, err := read(conn)
	if err != nil {
		return answer{}, err
	}
	proof, err := read(conn)
	if err != nil {
		return answer{}, err
	}
	what, err := covered(conn, message)
	if err != nil {
		return answer{}, err
	}
	var q question
	if err := json.Unmarshal(message, &q); err != nil {
		return answer{}, errors.New("the question is not understood: are both of the same version?")
	}
	// Strangers who ask all the time do not keep the operator from inviting.
	operator := q.Token == "" && s.config.Secret.Proves(what, proof)
	if !operator && !s.questions.Allow() {
		return answer{}, errTooMany
	}
	ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
	defer cancel()
	switch {
	case operator:
		return s.invite(ctx, q, conn.ConnectionState().PeerCertificates)
	case q.Token == "":
		return answer{}, errors.New("whoever asked does not know the master secret")
	}
	return s.admit(ctx, q, what, proof)
}

// admit makes whoever has a token a node. The token's use is gone before anything is
// given away.
func (s *Server) admit(ctx context.Context, q question, what, proof []byte) (answer, error) {
	if err := cluster.CheckAddress(q.Node); err != nil {
		return answer{}, err
	}
	host, _, err := net.SplitHostPort(q.Node)
	if err != nil {
		return answer{}, err
	}
	if err := s.book.use(ctx, q.Token, what, proof, func() error { return s.free(ctx, q.Node, host) }); err != nil {
		return answer{}, err
	}
	a, err := s.book.authority(ctx)
	if err != nil {
		return answer{}, err
	}
	certificate, err := a.issue(host, q.Request)
	if err != nil {
		return answer{}, err
	}
	secret, err := os.ReadFile(s.config.SecretFile)
	if err != nil {
		return answer{}, errors.New("this node cannot read its own secret")
	}
	if !s.config.Expected(q.Node) {
		if err := s.config.Add(ctx, q.Node); err != nil {
			return answer{}, err
		}
	}
	s.config.Log.Warn("a new node has joined the cluster by a token", "node", q.Node)
	nodes := s.config.Nodes()
	if !slices.Contains(nodes, q.Node) {
		nodes = append(nodes, q.Node)
	}
	return answer{Certificate: append(certificate, a.Certificate()...), Secret: secret, Nodes: nodes}, nil
}

// free returns an error if a certificate for the host would be one for another node, or
// the node cannot be added now. One that has been added and has not started may be this
// one, whose last attempt was interrupted.
func (s *Server) free(ctx context.Context, node, host string) error {
	if s.config.Expected(node) {
		return nil
	}
	for _, other := range s.config.Nodes() {
		name, _, _ := net.SplitHostPort(other)
		ip := net.ParseIP(host)
		if other == node || name == host && (ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("%s is a node already: remove it first (pokey cluster remove), or join under another name (pokey join -as NODE)", other)
		}
	}
	return s.config.Ready(ctx, node)
}

// TLS returns the configuration of TLS for the handshake with a new node, which has
// no certificate: a node's certificate, and the authority's behind it, so that the new
// node can compare that with its token.
func (s *Server) TLS(credentials *cluster.Credentials) *tls.Config {
	s.credentials.Store(credentials)
	return &tls.Config{
		MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true,
		ClientAuth: tls.RequestClientCert, // which an operator has; see ofNode
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			issuer, err := s.issuer(hello.Context())
			if err != nil {
				return nil, err
			}
			own := credentials.Certificate()
			own.Certificate = append(slices.Clip(own.Certificate[:1]), issuer)
			return &own, nil
		},
	}
}

// issuer returns the authority's certificate. It is another one only after a restart, so
// strangers who begin handshakes do not have the store asked each time.
func (s *Server) issuer(ctx context.Context) ([]byte, error) {
	if known := s.known.Load(); known != nil {
		return *known, nil
	}
	a, err := s.book.authority(ctx)
	if err != nil {
		return nil, err
	}
	s.known.Store(&a.cert.Raw)
	return a.cert.Raw, nil
}
