package joining

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"time"

	"example.com/pokey/cluster"
)

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
