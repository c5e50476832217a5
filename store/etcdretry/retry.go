// Package etcdretry repeats requests to etcd that got no clear answer: while the leader
// changes, or a member stops, etcd refuses what it will do a moment later.
package etcdretry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/pokey/store"
)

const (
	firstPause = 20 * time.Millisecond // before the second attempt; doubled for each further one
	lastPause  = 320 * time.Millisecond
	// AttemptTimeout is how long the first attempt waits for a member of etcd before
	// another member is asked. It is doubled for each further attempt.
	AttemptTimeout = 300 * time.Millisecond
	// insideTimeout is the same for a member inside this process. On its way to a leader
	// on a slow network and back, a change takes two round trips between members, and
	// longer if these are busy.
	insideTimeout = 2500 * time.Millisecond
)

// Do makes a request, which must be safe to repeat, until it succeeds, fails with an
// error that is not transient, or the context ends. A request that failed may still have
// been carried out.
func Do(ctx context.Context, client *clientv3.Client, request func(context.Context) error) error {
	var last error
	for n := 0; ; n++ {
		if n > 0 {
			select {
			case <-time.After(min(firstPause<<min(n-1, 8), lastPause) * time.Duration(50+rand.IntN(100)) / 100):
			case <-ctx.Done():
			}
		}
		if err := ctx.Err(); err != nil {
			return withCause(err, last)
		}
		err := attempt(ctx, client, n, request)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return withCause(ctx.Err(), last)
		case errors.Is(err, rpctypes.ErrNoSpace):
			return fmt.Errorf("%w: etcd: %w", store.ErrFull, err)
		case client.Ctx().Err() != nil || !isTransient(err):
			return fmt.Errorf("etcd: %w", err)
		}
		last = err
	}
}

// withCause adds to the end of a context the error of the last attempt, if any.
func withCause(ended, last error) error {
	if last == nil {
		return ended
	}
	return fmt.Errorf("etcd: %w, after: %s", ended, last.Error())
}

// attempt sends the request once. Where etcd has other members, a member that does
// not answer is given up early: it may be down or cut off, which is known only when
// its connection has timed out. A client without endpoints is inside a member, which
// fails a request itself when its leader is gone; it is given up only because what
// members tell each other can get lost.
func attempt(ctx context.Context, client *clientv3.Client, n int, request func(context.Context) error) error {
	first := AttemptTimeout
	switch len(client.Endpoints()) {
	case 1:
		return request(ctx)
	case 0:
		first = insideTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, first<<min(n, 8))
	defer cancel()
	return request(ctx)
}

// isTransient reports whether an error may disappear by itself.
func isTransient(err error) bool {
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
