package joining

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
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
	// Nodes returns the nodes of the cluster, and Add adds one.
	Nodes func() []string
	Add   func(ctx context.Context, node string) error
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
}

// NewServer returns a server of the cluster's authority. If the cluster has none yet,
// it gets founder, which may be nil.
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
	if !s.questions.Allow() {
		return answer{}, errTooMany
	}
	what, err := covered(conn, message)
	if err != nil {
		return answer{}, err
	}
	var q question
	if err := json.Unmarshal(message, &q); err != nil {
		return answer{}, errors.New("the question is not understood: are both of the same version?")
	}
	ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
	defer cancel()
	if q.Token == "" {
		return s.invite(ctx, q, what, proof)
	}
	return s.admit(ctx, q, what, proof)
}

// CheckInvitation returns an error unless a token may be for so many nodes, and work for
// that time.
func CheckInvitation(uses int, life time.Duration) error {
	if uses < 1 || uses > MaxUses || life < time.Second || life > MaxLife {
		return fmt.Errorf("a token is for 1 to %d nodes, and works for a second at least and %v at most", MaxUses, MaxLife)
	}
	return nil
}

// invite makes a token for somebody who knows the master secret, or revokes all.
func (s *Server) invite(ctx context.Context, q question, what, proof []byte) (answer, error) {
	life := time.Duration(q.Seconds) * time.Second
	switch {
	case !s.config.Secret.Proves(what, proof):
		return answer{}, errors.New("whoever asked does not know the master secret")
	case q.Revoke:
		n, err := s.book.revoke(ctx)
		if err == nil {
			s.config.Log.Info("revoked the tokens to join the cluster", "tokens", n)
		}
		return answer{Revoked: n}, err
	}
	if err := CheckInvitation(q.Uses, life); err != nil {
		return answer{}, err
	}
	a, err := s.book.authority(ctx)
	if err != nil {
		return answer{}, err
	}
	t := newToken(a.hash(), s.config.Nodes())
	if err := s.book.add(ctx, t, time.Now().Add(life), q.Uses); err != nil {
		return answer{}, err
	}
	s.config.Log.Info("made a token to join the cluster", "nodes", q.Uses, "for", life)
	return answer{Token: t.text()}, nil
}

// admit makes whoever has a token a node. The token's use is gone before anything is
// given away.
func (s *Server) admit(ctx context.Context, q question, what, proof []byte) (answer, error) {
	host, _, err := net.SplitHostPort(q.Node)
	if err != nil || host == "" {
		return answer{}, fmt.Errorf("%q is not a node: want HOST:PORT", q.Node)
	}
	if err := s.book.use(ctx, q.Token, what, proof, func() error { return s.free(q.Node, host) }); err != nil {
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
	if err := s.config.Add(ctx, q.Node); err != nil {
		return answer{}, err
	}
	s.config.Log.Warn("a new node has joined the cluster by a token", "node", q.Node)
	return answer{Certificate: append(certificate, a.Certificate()...), Secret: secret, Nodes: append(s.config.Nodes(), q.Node)}, nil
}

// free returns an error if a certificate for the host would be one for another node.
func (s *Server) free(node, host string) error {
	for _, other := range s.config.Nodes() {
		name, _, _ := net.SplitHostPort(other)
		ip := net.ParseIP(host)
		if other == node || name == host && (ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("%s is a node already: remove it first (pokey cluster remove), or join under another name (-node-advertise)", other)
		}
	}
	return nil
}

// TLS returns the configuration of TLS for the handshake with a new node, which has
// no certificate: a node's certificate, and the authority's behind it, so that the new
// node can compare that with its token.
func (s *Server) TLS(credentials *cluster.Credentials) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			a, err := s.book.authority(hello.Context())
			if err != nil {
				return nil, err
			}
			own := credentials.Certificate()
			own.Certificate = append(slices.Clip(own.Certificate[:1]), a.cert.Raw)
			return &own, nil
		},
	}
}

// renewInterval is how often a node looks at its certificate.
const renewInterval = time.Hour

// Renew replaces this node's certificate in time, until ctx is done. Certificates that
// the authority has not issued are left alone.
func (s *Server) Renew(ctx context.Context, credentials *cluster.Credentials, replace func(cert, key []byte) error) {
	look := time.NewTicker(renewInterval)
	defer look.Stop()
	for {
		if err := s.renew(ctx, credentials.Certificate().Leaf, replace); err != nil && ctx.Err() == nil {
			s.config.Log.Error("cannot renew this node's certificate, and will try again", "err", err, "expires", credentials.Expires())
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

func (s *Server) renew(ctx context.Context, cert *x509.Certificate, replace func(cert, key []byte) error) error {
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	a, err := s.book.authority(ctx)
	if errors.Is(err, errNoAuthority) {
		return nil
	}
	if err != nil || !a.Renews(cert, time.Now()) {
		return err
	}
	host, _, err := net.SplitHostPort(s.config.Self)
	if err != nil {
		return err
	}
	own, key, err := a.IssueOwn(host)
	if err != nil {
		return err
	}
	return replace(own, key)
}
