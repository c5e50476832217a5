package actors_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"example.com/pokey/store"
)

// flaky is a store on a disk that can fail or hang. It says that it is durable, since what
// it keeps survives a restart of the system.
type flaky struct {
	store.Store
	mu    sync.Mutex
	fault func(ctx context.Context) error // nil while the disk works

	unheard atomic.Bool // commits are done, but time out
}

func (f *flaky) Durable() bool { return true }

func (f *flaky) set(fault func(context.Context) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *flaky) check(ctx context.Context) error {
	f.mu.Lock()
	fault := f.fault
	f.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(ctx)
}

func (f *flaky) LoadAll(ctx context.Context, key string) (store.Record, []store.Record, error) {
	if err := f.check(ctx); err != nil {
		return store.Record{}, nil, err
	}
	return f.Store.LoadAll(ctx, key)
}

func (f *flaky) Load(ctx context.Context, key string) (store.Record, error) {
	r, _, err := f.LoadAll(ctx, key)
	return r, err
}

func (f *flaky) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if err := f.check(ctx); err != nil {
		return 0, err
	}
	rev, err := f.Store.Commit(ctx, r, parts...)
	if f.unheard.Load() {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return rev, err
}

func (f *flaky) Delete(ctx context.Context, key string, rev store.Revision) error {
	if err := f.check(ctx); err != nil {
		return err
	}
	return f.Store.Delete(ctx, key, rev)
}

var errDisk = errors.New("no space left on device")

func full(context.Context) error { return errDisk }

func hanging(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
