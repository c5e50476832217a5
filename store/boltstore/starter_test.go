package boltstore

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/store"
)

// outcome is what a started commit ended with.
type outcome struct {
	rev store.Revision
	err error
}

// start starts a commit and returns where its outcomes arrive.
func start(s *Store, timeout time.Duration, r store.Record) <-chan outcome {
	ended := make(chan outcome, 2)
	s.Start(timeout, r, nil, func(rev store.Revision, err error) { ended <- outcome{rev, err} })
	return ended
}

func TestStartedCommitIsOnDiskWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		got := <-start(s, time.Second, store.Record{Key: "room/a", Data: []byte("one")})
		found, err := s.Load(t.Context(), "room/a")
		if got.err != nil || err != nil || found.Revision != got.rev || string(found.Data) != "one" {
			t.Errorf("got %v, then %+v, %v; want its revision, and the record with it", got, found, err)
		}
		if got := <-start(s, time.Second, store.Record{Key: "room/a"}); !errors.Is(got.err, store.ErrConflict) {
			t.Errorf("with an old revision: got %v, want %v", got.err, store.ErrConflict)
		}
		if got := <-start(s, time.Second, store.Record{}); got.err == nil {
			t.Error("without a key: got no error, want one")
		}
	})
}

// Started commits are given up in their turn, each once, and one that was given up
// before it began is not carried out.
func TestStartedCommitsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		<-start(s, time.Second, store.Record{Key: "room/z"}) // its watch is over when the others' begin
		release := hold(t, s)
		began := time.Now()
		first := start(s, time.Second, store.Record{Key: "room/a"})
		time.Sleep(600 * time.Millisecond)
		second := start(s, time.Second, store.Record{Key: "room/b"})
		for i, ended := range []<-chan outcome{first, second} {
			want := time.Second + time.Duration(i)*600*time.Millisecond
			if got := <-ended; !errors.Is(got.err, context.DeadlineExceeded) || time.Since(began) != want {
				t.Errorf("commit %d: got %v after %v, want %v after %v", i, got.err, time.Since(began), context.DeadlineExceeded, want)
			}
		}
		third := start(s, time.Second, store.Record{Key: "room/c"})
		release()
		if got := <-third; got.err != nil {
			t.Errorf("once the writer goes on: got %v, want no error", got.err)
		}
		if _, err := s.Load(t.Context(), "room/a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a commit that was given up before it began: got %v, want %v", err, store.ErrNotFound)
		}
		synctest.Wait()
		if len(first)+len(second)+len(third) > 0 {
			t.Error("got a second outcome of a commit, want one each")
		}
	})
}

// While the writer hangs, what was given up does not pile up.
func TestGivenUpCallsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		release := hold(t, s)
		for range 10_000 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			_, _ = s.Commit(ctx, store.Record{Key: "room/a"})
			cancel()
		}
		s.queue.mu.Lock()
		waiting := len(s.queue.waiting)
		s.queue.mu.Unlock()
		release()
		if waiting > 100 {
			t.Errorf("got %d calls waiting, want at most 100", waiting)
		}
	})
}

func TestStartAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		release := hold(t, s)
		waiting := start(s, time.Minute, store.Record{Key: "room/a"})
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		release()
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		if got := <-waiting; got.err != nil && !errors.Is(got.err, store.ErrClosed) {
			t.Errorf("a commit that waited: got %v, want none or %v", got.err, store.ErrClosed)
		}
		if got := <-start(s, time.Minute, store.Record{Key: "room/b"}); !errors.Is(got.err, store.ErrClosed) {
			t.Errorf("a later one: got %v, want %v", got.err, store.ErrClosed)
		}
	})
}
