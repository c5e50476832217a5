package etcdstore

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

const (
	// compactEvery is how often etcd forgets what was overwritten or deleted. What
	// it forgets is at least that old, so that those who watch keys and were away
	// for a moment find what they have missed.
	compactEvery   = 20 * time.Second
	compactTimeout = 10 * time.Second
)

// compactHistory has etcd forget every revision up to the one that was this
// store's newest at the last turn. Other stores do the same with theirs: what is
// compacted already is no error.
func (e *Store) compactHistory(ctx context.Context) {
	defer close(e.ended)
	turn := time.NewTicker(e.config.compactEvery)
	defer turn.Stop()
	var aged, compacted int64
	failing := false
	for {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return
		}
		if aged != compacted {
			err := e.compact(ctx, aged)
			switch {
			case err == nil:
				compacted = aged
			case !failing && ctx.Err() == nil:
				e.config.Log.Warn("what was deleted stays in etcd's history for now", "err", err)
			}
			failing = err != nil
		}
		aged = e.newest.Load()
	}
}

func (e *Store) compact(ctx context.Context, rev int64) error {
	ctx, cancel := context.WithTimeout(ctx, compactTimeout)
	defer cancel()
	_, err := e.config.Client.Compact(ctx, rev)
	if errors.Is(err, rpctypes.ErrCompacted) {
		return nil
	}
	return err
}
