package actors

import (
	"context"
	"errors"
	"time"

	"example.com/pokey/store"
)

// This is what a journal does with the store: it commits, finds out what came of
// a commit, and deletes.

func (j *journal) commit(rev store.Revision) {
	j.writing = j.records(j.encode(), rev)
	j.write()
}

// write commits what is to be written, for the first time or again: a shared
// store knows a commit that is repeated.
func (j *journal) write() {
	records := j.writing
	go j.bounded(func(c context.Context) any {
		start := time.Now()
		rev, err := j.sys.Store.Commit(c, records[0], records[1:]...)
		j.sys.observe(time.Since(start), err)
		return committed{rev, err}
	})
}

// again writes a state that could not be saved. In a store of this process alone
// the revision is read first, since what came of the commit that failed is not
// known.
func (j *journal) again() {
	if j.frozen {
		j.write()
		return
	}
	if !j.unsaved || j.retrying {
		return
	}
	j.retrying, j.dirty = true, false
	i := j.encode()
	go j.bounded(func(c context.Context) any {
		rev, err := j.overwrite(c, i)
		return committed{rev, err}
	})
}

// overwrite commits an image whatever the revision is by now.
func (j *journal) overwrite(c context.Context, i image) (store.Revision, error) {
	found, err := j.sys.Store.Load(c, j.key)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrCorrupt) {
		return 0, err
	}
	records := j.records(i, found.Revision)
	return j.sys.Store.Commit(c, records[0], records[1:]...)
}

// done takes in how a commit ended and runs its effects. It reports whether the
// actor has been superseded, and whether a state that had not been saved is now.
func (j *journal) done(m committed) (superseded, recovered bool) {
	wasRetry := j.retrying
	if m.err != nil && !errors.Is(m.err, store.ErrConflict) && j.sys.Store.Shared() {
		j.freeze(m.err)
		return false, false
	}
	j.thaw()
	j.committing, j.retrying = false, false
	switch {
	case m.err == nil:
		j.rev = m.rev
		if j.unsaved {
			j.unsaved, recovered = false, true
			j.sys.counts.unsaved.Add(-1)
		}
	case errors.Is(m.err, store.ErrConflict) && !wasRetry:
		j.fenced = true
		j.sys.counts.fencings.Add(1)
		j.effects = nil
		return true, false
	default:
		if !j.unsaved {
			j.unsaved = true
			if j.sys.counts.unsaved.Add(1) == 1 {
				j.sys.Log.Error("cannot save, going on without", "err", m.err)
			}
		}
		j.dirty = true
		j.retry = j.sys.sendAfter(retryInterval, j.self, retryCommit{})
	}
	j.run(!j.unsaved && j.sys.Store.Durable())
	return false, recovered
}

// freeze waits with everything until the commit under way is known to have
// been done or not, and sends away who would wait with it.
func (j *journal) freeze(why error) {
	if !j.frozen {
		j.frozen = true
		if j.sys.counts.unsaved.Add(1) == 1 {
			j.sys.Log.Error("the store does not answer, what it holds is frozen", "err", why)
		}
		for _, m := range j.release() {
			j.hold(m)
		}
	}
	j.retry = j.sys.sendAfter(retryInterval, j.self, retryCommit{})
}

func (j *journal) thaw() {
	if j.frozen {
		j.frozen = false
		j.sys.counts.unsaved.Add(-1)
	}
}

func (j *journal) run(durable bool) {
	for len(j.effects) > 0 {
		effects := j.effects
		j.effects = nil
		for _, effect := range effects {
			effect(durable)
		}
	}
}

// remove deletes the record; the actor gets removed, and is done.
func (j *journal) remove() {
	j.committing, j.dirty = true, false
	key, rev := j.key, j.rev
	go j.bounded(func(c context.Context) any { return removed{j.sys.Store.Delete(c, key, rev)} })
}

// ended takes in how a deletion ended and runs the effects that waited for it.
// A record that could not be deleted is found again by the sweep.
func (j *journal) ended(m removed) {
	if m.err != nil {
		j.sys.Log.Warn("a record cannot be deleted yet", "err", m.err)
	}
	j.committing = false
	j.run(m.err == nil)
	j.abandon()
}

// stop ends the journal with its actor. A state that is not on disk is written
// once more, for as long as one commit may take.
func (j *journal) stop() {
	if j.retry != nil {
		j.retry.Stop()
	}
	j.resting.stop()
	j.thaw()
	if !j.unsaved {
		return
	}
	j.sys.counts.unsaved.Add(-1)
	c, cancel := context.WithTimeout(context.Background(), j.sys.CommitTimeout)
	defer cancel()
	if _, err := j.overwrite(c, j.encode()); err != nil {
		j.sys.Log.Error("stopped without having saved", "err", err)
	}
}

// abandon gives up what is not saved: its actor panicked and cannot be trusted.
func (j *journal) abandon() {
	j.thaw()
	if j.unsaved {
		j.unsaved = false
		j.sys.counts.unsaved.Add(-1)
	}
}

// bounded does something that may take long, in a goroutine of the caller's
// making, and tells the actor what came of it.
func (j *journal) bounded(do func(context.Context) any) {
	c, cancel := context.WithTimeout(context.Background(), j.sys.CommitTimeout)
	defer cancel()
	j.sys.root.Send(j.self, do(c))
}

func (s *node) observe(took time.Duration, err error) {
	if s.ObserveCommit != nil {
		s.ObserveCommit(took, err != nil)
	}
}
