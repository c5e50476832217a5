package actors

import (
	"context"
	"errors"
	"time"

	"example.com/pokey/store"
)

// This file is what a committer does with the store: it loads, commits, deals with
// commits that fail, and deletes.

// outcome is how a commit ended.
type outcome int

const (
	commitSaved     outcome = iota // the store has it
	commitRecovered                // the store has it, and with it what it could not save before
	commitUnsaved                  // the store does not have it, and it is retried
	commitFenced                   // another node has the record: the actor has been superseded
	commitUnknown                  // it is not known, and the same commit is repeated
)

// load reads the record. The host gets loaded.
func (c *committer) load() {
	c.loading = true
	c.inBackground(func(ctx context.Context) any {
		r, parts, err := c.node.Store.LoadAll(ctx, c.key)
		return loaded{r, parts, err}
	})
}

// loaded ends the loading of the record.
func (c *committer) loaded(m loaded) {
	c.loading = false
	c.rev = m.record.Revision
}

// fence writes the record that was found, so that whoever wrote it last can no longer
// commit. It does so in a store that nodes share. Messages that wait for the record
// share this commit: many actors start at once when a node is gone.
func (c *committer) fence() {
	if c.rev != 0 && c.node.Store.Shared() {
		c.dirty = true
		if len(c.waiting) == 0 {
			c.commitIfDirty()
		}
	}
}

// write starts the commit under way, or repeats it: a shared store recognizes a commit
// that is repeated.
func (c *committer) write() {
	records := c.writing
	c.inBackground(func(ctx context.Context) any {
		start := time.Now()
		rev, err := c.node.Store.Commit(ctx, records[0], records[1:]...)
		if observe := c.node.ObserveCommit; observe != nil {
			observe(time.Since(start), err != nil)
		}
		return committed{rev, err}
	})
}

// writeAgain writes a state that could not be saved. In a store of this process alone
// it reads the revision first, since the outcome of the failed commit is not known.
func (c *committer) writeAgain() {
	if c.frozen {
		c.write()
		return
	}
	if !c.unsaved || c.retrying {
		return
	}
	c.retrying, c.dirty = true, false
	i := c.host.encode()
	c.inBackground(func(ctx context.Context) any {
		rev, err := c.overwrite(ctx, i)
		return committed{rev, err}
	})
}

// overwrite commits an image whatever the revision in the store is.
func (c *committer) overwrite(ctx context.Context, i image) (store.Revision, error) {
	found, err := c.node.Store.Load(ctx, c.key)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrCorrupt) {
		return 0, err
	}
	records := c.records(i, found.Revision)
	return c.node.Store.Commit(ctx, records[0], records[1:]...)
}

// done ends a commit and runs its effects, unless it was fenced or its outcome is not
// known.
func (c *committer) done(m committed) outcome {
	wasRetry := c.retrying
	if m.err != nil && !errors.Is(m.err, store.ErrConflict) && c.node.Store.Shared() {
		c.freeze(m.err)
		return commitUnknown
	}
	c.thaw()
	c.committing, c.retrying = false, false
	var result outcome
	switch {
	case m.err == nil:
		c.rev = m.rev
		if c.abandon() {
			result = commitRecovered
		}
	case errors.Is(m.err, store.ErrConflict) && !wasRetry:
		c.fenced = true
		c.node.counts.fencings.Add(1)
		c.effects.drop()
		return commitFenced
	default:
		c.keepUnsaved(m.err)
		result = commitUnsaved
	}
	c.runEffects()
	return result
}

// keepUnsaved goes on without the store, and tries again later.
func (c *committer) keepUnsaved(cause error) {
	if !c.unsaved {
		c.unsaved = true
		if c.node.counts.unsaved.Add(1) == 1 {
			c.node.Log.Error("cannot save; the service goes on and retries", "err", cause)
		}
	}
	c.dirty = true
	c.retry = c.inbox.after(retryInterval, retryCommit{})
}

// freeze suspends the actor until the outcome of the commit under way is known, and
// refuses the requests that wait for it.
func (c *committer) freeze(cause error) {
	if !c.frozen {
		c.frozen = true
		if c.node.counts.unsaved.Add(1) == 1 {
			c.node.Log.Error("the store does not answer; its users and rooms are frozen", "err", cause)
		}
		for _, m := range c.release() {
			c.hold(m)
		}
	}
	c.retry = c.inbox.after(retryInterval, retryCommit{})
}

func (c *committer) thaw() {
	if c.frozen {
		c.frozen = false
		c.node.counts.unsaved.Add(-1)
	}
}

// remove deletes the record. The host gets removed, and must end.
func (c *committer) remove() {
	c.committing, c.dirty = true, false
	key, rev := c.key, c.rev
	c.inBackground(func(ctx context.Context) any { return removed{c.node.Store.Delete(ctx, key, rev)} })
}

// removed ends a deletion and runs the effects that waited for it. A record that could
// not be deleted will be found by the sweep.
func (c *committer) removed(m removed) {
	if m.err != nil {
		c.node.Log.Warn("a record cannot be deleted yet", "err", m.err)
	}
	c.committing = false
	c.effects.run(m.err == nil)
	c.giveUp()
}

// stop ends the committer together with its host. A state that is not in the store is
// written once more, for as long as one commit may take.
func (c *committer) stop() {
	if c.retry != nil {
		c.retry.Stop()
	}
	c.thaw()
	if !c.unsaved {
		return
	}
	c.node.counts.unsaved.Add(-1)
	ctx, cancel := context.WithTimeout(context.Background(), c.node.CommitTimeout)
	defer cancel()
	if _, err := c.overwrite(ctx, c.host.encode()); err != nil {
		c.node.Log.Error("stopped with unsaved state", "err", err)
	}
}

// giveUp abandons what is not saved: the host has ended, or panicked and cannot be
// trusted.
func (c *committer) giveUp() {
	c.thaw()
	c.abandon()
}

// abandon says that nothing is unsaved any more, and whether anything was.
func (c *committer) abandon() bool {
	if !c.unsaved {
		return false
	}
	c.unsaved = false
	c.node.counts.unsaved.Add(-1)
	return true
}
