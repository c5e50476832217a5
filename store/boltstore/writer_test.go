package boltstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/store"
)

// observed records the calls of [Config.Observe].
type observed struct {
	mu      sync.Mutex
	records []int
	failed  int
}

func (o *observed) observe(records int, _ time.Duration, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.records = append(o.records, records)
	if err != nil {
		o.failed++
	}
}

// hold blocks the writer until release is called, so that the calls made meanwhile
// end up in one batch.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	go func() {
		_ = s.queue.run(t.Context(), false, func(*buckets) error {
			<-gate
			return nil
		})
	}()
	synctest.Wait()
	return func() { close(gate) }
}

// Waiting calls share a transaction, and each gets its own result.
func TestBatchResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen observed
		s := openTest(t, Config{Observe: seen.observe})
		defer func() { _ = s.Close() }()
		rev, err := s.Commit(t.Context(), store.Record{Key: "room/a", Data: []byte("one")})
		if err != nil {
			t.Fatal(err)
		}
		release := hold(t, s)
		var mu sync.Mutex
		won, lost := 0, 0
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				_, err := s.Commit(t.Context(), store.Record{Key: "room/a", Revision: rev, Data: []byte("two")})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.Is(err, store.ErrConflict):
					lost++
				default:
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := s.Commit(t.Context(), store.Record{Key: fmt.Sprintf("room/%d", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		release()
		wg.Wait()
		if won != 1 || lost != 9 {
			t.Errorf("commits of one revision: got %d successes, %d conflicts, want 1 and 9", won, lost)
		}
		if got := fmt.Sprint(seen.records, seen.failed); got != "[1 20] 0" {
			t.Errorf("got transactions of %s, want [1 20] 0", got)
		}
		if n := s.Stats().Records; n != 11 {
			t.Errorf("got %d records, want 11", n)
		}
	})
}

func TestBatchIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen observed
		s := openTest(t, Config{Observe: seen.observe})
		defer func() { _ = s.Close() }()
		release := hold(t, s)
		var wg sync.WaitGroup
		for i := range 2*batchSize + 10 {
			wg.Go(func() {
				if _, err := s.Commit(t.Context(), store.Record{Key: fmt.Sprintf("room/%d", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		release()
		wg.Wait()
		if got := fmt.Sprint(seen.records); got != "[256 256 10]" {
			t.Errorf("got transactions of %s, want [256 256 10]", got)
		}
	})
}

// A lone caller does not wait for others. After a batch a caller waits for one window.
func TestBatchWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		alone := func(key string) time.Duration {
			began := time.Now()
			if _, err := s.Commit(t.Context(), store.Record{Key: key}); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		if took := alone("room/a"); took != 0 {
			t.Errorf("the first commit took %v, want 0", took)
		}
		release := hold(t, s)
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() { alone(fmt.Sprintf("room/%d", i)) })
		}
		synctest.Wait()
		release()
		wg.Wait()
		if took := alone("room/b"); took != batchWindow {
			t.Errorf("the commit after a batch took %v, want %v", took, batchWindow)
		}
		if took := alone("room/c"); took != 0 {
			t.Errorf("the commit after that took %v, want 0", took)
		}
	})
}

// A caller whose context has ended does not wait, and the writer does not wait for it.
func TestCancelledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		release := hold(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := s.Commit(ctx, store.Record{Key: "room/a"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a commit that waits for the writer: got %v, want %v", err, context.DeadlineExceeded)
		}
		release()
		gate := make(chan struct{})
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := s.queue.run(ctx, true, func(t *buckets) error {
			<-gate
			_, err := t.commit(store.Record{Key: "room/b"}, nil)
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 2*time.Second {
			t.Errorf("a commit that has begun: got %v after %v, want %v after 2s", err, time.Since(began), context.DeadlineExceeded)
		}
		close(gate)
		if _, err := s.Load(t.Context(), "room/a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Load after a commit that never began: got %v, want %v", err, store.ErrNotFound)
		}
		if _, err := s.Load(t.Context(), "room/b"); err != nil {
			t.Errorf("Load after a commit that has begun: got %v, want its record", err)
		}
	})
}

func TestCloseWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		release := hold(t, s)
		var wg sync.WaitGroup
		acked := make([]bool, 50)
		for i := range acked {
			wg.Go(func() {
				_, err := s.Commit(t.Context(), store.Record{Key: fmt.Sprintf("room/%d", i)})
				if acked[i] = err == nil; err != nil && !errors.Is(err, store.ErrClosed) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		wg.Go(func() { _ = s.Close() })
		release()
		wg.Wait()
		s = openTest(t, s.config)
		defer func() { _ = s.Close() }()
		for i := range acked {
			_, err := s.Load(t.Context(), fmt.Sprintf("room/%d", i))
			if acked[i] != (err == nil) || err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("commit %d, acknowledged %v: Load: got %v", i, acked[i], err)
			}
		}
	})
}
