package joining

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// invite makes a token for somebody who knows the master secret, or revokes all.
// A node that has been removed knows the secret as well, so it must also have the
// certificate of a node.
func (s *Server) invite(ctx context.Context, q question, chain []*x509.Certificate) (answer, error) {
	life := time.Duration(q.Seconds) * time.Second
	if err := s.ofNode(chain); err != nil {
		return answer{}, err
	}
	if q.Revoke {
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

// ofNode returns an error unless a certificate is that of a node of the cluster.
func (s *Server) ofNode(chain []*x509.Certificate) error {
	if err := s.credentials.Load().Verify(chain); err != nil {
		return fmt.Errorf("only a node of the cluster invites, with its certificate: %w", err)
	}
	for _, node := range s.config.Nodes() {
		if host, _, err := net.SplitHostPort(node); err == nil && chain[0].VerifyHostname(host) == nil {
			return nil
		}
	}
	return errors.New("only a node of the cluster invites, and the certificate is for none")
}

// CheckInvitation returns an error unless a token may be for so many nodes, and work for
// that time.
func CheckInvitation(uses int, life time.Duration) error {
	if uses < 1 || uses > MaxUses || life < time.Second || life > MaxLife {
		return fmt.Errorf("a token is for 1 to %d nodes, and works for a second at least and %v at most", MaxUses, MaxLife)
	}
	return nil
}
