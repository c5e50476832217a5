package joining

import (
	"context"
	"errors"
	"fmt"
	"time"
)

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

// CheckInvitation returns an error unless a token may be for so many nodes, and work for
// that time.
func CheckInvitation(uses int, life time.Duration) error {
	if uses < 1 || uses > MaxUses || life < time.Second || life > MaxLife {
		return fmt.Errorf("a token is for 1 to %d nodes, and works for a second at least and %v at most", MaxUses, MaxLife)
	}
	return nil
}
