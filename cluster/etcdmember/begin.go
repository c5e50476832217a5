package etcdmember

import (
	"context"
	"errors"
	"strings"
	"time"
)

// beginBlank is begin for a node without data, which asks the others what to do. Another
// one may join between their answers and what this one makes of them.
func (m *Member) beginBlank(ctx context.Context) error {
	for n := 1; ; n++ {
		m.blank.Store(true)
		p, err := m.await(ctx)
		if err != nil {
			return err
		}
		m.generation.Store(&p.generation)
		m.blank.Store(false)
		if err = m.begin(p); !errors.Is(err, errMembersChanged) || n == maxBegins {
			return err
		}
		m.conf.Log.Debug("the members have changed meanwhile", "err", err)
		select {
		case <-time.After(askInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// maxBegins is how often a node that joins begins anew because the members have changed.
const maxBegins = 20

var errMembersChanged = errors.New("the cluster has other members than a moment ago")

// membersChanged reports whether etcd has found other members than it was told of. It has
// no value for that error.
func membersChanged(err error) bool {
	return strings.Contains(err.Error(), "member count is unequal") || strings.Contains(err.Error(), "unmatched member")
}
