package certificate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/pokey/store"
)

// A lock is a record that its holder writes again while it holds the lock. Whoever
// waits takes it over when it has not changed for a while on the waiting process's
// own clock, so clocks need not agree. A store that is not shared has one process:
// what another one holds there was held before a restart.
const (
	lockRefresh = 5 * time.Second
	lockStale   = 30 * time.Second
	lockPoll    = 500 * time.Millisecond
)

// lease is a lock that this process holds.
type lease struct {
	revision store.Revision // for its goroutine, and for Unlock after that
	stop     context.CancelFunc
	ended    chan struct{}
}

func lockKey(name string) string { return "https/lock-" + hashed(name) }

// Lock implements [certmagic.Locker].
func (s *storage) Lock(ctx context.Context, name string) error {
	var seen store.Revision
	since := time.Now()
	for {
		stale := time.Since(since) >= lockStale
		found, revision, err := s.tryLock(ctx, name, stale, seen)
		switch {
		case err != nil:
			return fmt.Errorf("certificate: lock: %w", err)
		case revision != 0:
			s.keep(name, revision)
			return nil
		case found != seen:
			seen, since = found, time.Now()
		}
		wait := time.NewTimer(lockPoll)
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-wait.C:
		}
	}
}

// tryLock takes the lock if nobody holds it, or if its holder has not written it
// since the revision seen and that is stale. It returns the revision of whoever
// holds it, or that of this process.
func (s *storage) tryLock(ctx context.Context, name string, stale bool, seen store.Revision) (found, own store.Revision, err error) {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	r, err := s.records.Load(ctx, lockKey(name))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrCorrupt):
		r.Revision = 0
	case err != nil:
		return 0, 0, err
	case stale && r.Revision == seen:
	case !s.records.Shared() && !strings.HasPrefix(string(r.Data), s.holder):
	default:
		return r.Revision, 0, nil
	}
	own, err = s.records.Commit(ctx, store.Record{Key: lockKey(name), Revision: r.Revision, Data: s.lockData()})
	if errors.Is(err, store.ErrConflict) {
		return r.Revision, 0, nil
	}
	return r.Revision, own, err
}

// lockData names this process, and is different each time: stores take two commits
// of the same by one process for one that is repeated.
func (s *storage) lockData() []byte { return []byte(s.holder + " " + rand.Text()) }

// keep writes the lock again and again until it is unlocked.
func (s *storage) keep(name string, revision store.Revision) {
	ctx, stop := context.WithCancel(context.Background())
	l := &lease{revision: revision, stop: stop, ended: make(chan struct{})}
	s.mu.Lock()
	s.held[name] = l
	s.mu.Unlock()
	go func() {
		defer close(l.ended)
		again := time.NewTicker(lockRefresh)
		defer again.Stop()
		data := s.lockData()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
			next, err := s.records.Commit(ctx, store.Record{Key: lockKey(name), Revision: l.revision, Data: data})
			switch {
			case err == nil:
				l.revision = next
				data = s.lockData()
			case errors.Is(err, store.ErrConflict):
				s.log.Warn("another node has taken over the order of a certificate: this one was too slow")
				return
			case ctx.Err() == nil: // the same again, in a moment
				s.log.Debug("cannot keep the lock of an order", "err", err)
			}
		}
	}()
}

// Unlock implements [certmagic.Locker].
func (s *storage) Unlock(ctx context.Context, name string) error {
	s.mu.Lock()
	l := s.held[name]
	delete(s.held, name)
	s.mu.Unlock()
	if l == nil {
		return errors.New("certificate: unlock: not locked")
	}
	l.stop()
	<-l.ended
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storageTimeout)
	defer cancel()
	err := s.records.Delete(ctx, lockKey(name), l.revision)
	if errors.Is(err, store.ErrConflict) { // somebody else has it
		return nil
	}
	return err
}
