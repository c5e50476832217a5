package etcdstore

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// compactEvery is how often etcd's history is compacted. What is compacted is at
	// least that old, so that a watcher that was disconnected for a moment finds the
	// changes it has missed.
	compactEvery   = 20 * time.Second
	compactTimeout = 10 * time.Second
)

// compactor removes overwritten and deleted values from etcd's history.
type compactor struct {
	client *clientv3.Client
	keys   keyspace
	newest *atomic.Int64 // the etcd revision of the store's last write
	every  time.Duration
	log    *slog.Logger
}

// run compacts, in each round, up to what was the newest write in the round before.
// Other stores do the same; a revision that is compacted already is no error.
func (c *compactor) run(ctx context.Context) {
	rounds := time.NewTicker(c.every)
	defer rounds.Stop()
	var aged, compacted int64
	failing := false
	for {
		select {
		case <-rounds.C:
		case <-ctx.Done():
			return
		}
		if aged != compacted {
			reached, err := c.compact(ctx, aged)
			switch {
			case err == nil:
				compacted = reached
			case !failing && ctx.Err() == nil:
				c.log.Warn("cannot compact etcd's history: deleted data stays in it for now", "err", err)
			}
			failing = err != nil
		}
		aged = c.newest.Load()
	}
}

// compact compacts up to a revision, or up to the oldest one that a snapshot still
// reads, and returns which it was.
func (c *compactor) compact(ctx context.Context, rev int64) (reached int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, compactTimeout)
	defer cancel()
	held, err := oldestHeld(ctx, c.client, c.keys)
	if err != nil {
		return 0, err
	}
	if held != 0 {
		rev = min(rev, held)
	}
	_, err = c.client.Compact(ctx, rev)
	if errors.Is(err, rpctypes.ErrCompacted) {
		err = nil
	}
	return rev, err
}
