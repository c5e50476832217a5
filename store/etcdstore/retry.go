package etcdstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	firstPause = 20 * time.Millisecond // before the second attempt, and doubled for each further one
	lastPause  = 320 * time.Millisecond
	// firstPatience is how long a member of etcd may take before another one is
	// asked, and is doubled for each further attempt.
	firstPatience = 300 * time.Millisecond
)

// persist attempts something until it succeeds, or fails for a reason that does
// not pass, or the context ends. It is for what may be carried out twice.
func (e *Store) persist(ctx context.Context, do func(context.Context) error) error {
	var last error
	for n := 0; ; n++ {
		if n > 0 {
			select {
			case <-time.After(min(firstPause<<min(n-1, 8), lastPause) * time.Duration(50+rand.IntN(100)) / 100):
			case <-ctx.Done():
			}
		}
		if err := ctx.Err(); err != nil {
			return because(err, last)
		}
		err := e.attempt(ctx, n, do)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return because(ctx.Err(), last)
		case e.config.Client.Ctx().Err() != nil || !passes(err):
			return fmt.Errorf("store: etcd: %w", err)
		}
		last = err
	}
}

// because is the end of a context, and tells what went wrong before.
func because(ended, last error) error {
	if last == nil {
		return ended
	}
	return fmt.Errorf("store: etcd: %w, after: %s", ended, last.Error())
}

// attempt does it once. Where there is another member of etcd to ask, one that
// does not answer is not waited for until the end: it may be down or cut off,
// which is known only when its connection has timed out.
func (e *Store) attempt(ctx context.Context, n int, do func(context.Context) error) error {
	if len(e.config.Client.Endpoints()) > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, firstPatience<<min(n, 8))
		defer cancel()
	}
	return do(ctx)
}

// passes tells errors that come and go by themselves.
func passes(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, rpctypes.ErrTooManyRequests) {
		return true
	}
	code := status.Code(err)
	if known, ok := errors.AsType[rpctypes.EtcdError](err); ok {
		code = known.Code()
	}
	switch code {
	case codes.Unavailable, codes.Internal, codes.Aborted, codes.Canceled, codes.DeadlineExceeded:
		return true
	default:
		return false
	}
}
