package actors

import (
	"context"
	"errors"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// outcome is how a commit ended.
type outcome int

const (
	commitSaved     outcome = iota // the store has it
	commitRecovered                // the store has it, and with it what it could not save before
	commitUnsaved                  // the store does not have it, and it is retried
	commitFenced                   // another node has the record: the actor has been superseded
	commitUnknown                  // it is not known, and the same commit is repeated
)

// done ends a commit and runs its effects, unless it was fenced or its outcome is not
// known.
func (c *committer) done(m committed) outcome {
	wasRetry := c.retrying
	if m.err != nil && !errors.Is(m.err, store.ErrConflict) && c.record.store.Shared() {
		c.freeze(m.err)
		c.retry = c.record.inbox.after(retryInterval, retryCommit{asked{&c.record}})
		return commitUnknown
	}
	c.thaw()
	c.committing, c.retrying, c.writing = false, false, nil
	var result outcome
	switch {
	case m.err == nil:
		c.rev = m.rev
		if c.abandon() {
			result = commitRecovered
		}
	case errors.Is(m.err, store.ErrConflict) && !wasRetry:
		c.fenced = true
		c.spans.committed(commitFenced)
		c.counts.fencings.Add(1)
		c.effects.drop()
		return commitFenced
	default:
		c.keepUnsaved(m.err)
		result = commitUnsaved
	}
	c.spans.committed(result)
	c.runEffects()
	return result
}

// keepUnsaved goes on without the store, and tries again later.
func (c *committer) keepUnsaved(cause error) {
	if !c.unsaved {
		c.unsaved = true
		if c.counts.unsaved.Add(1) == 1 {
			c.log.Error("cannot save; the service goes on and retries", "err", cause)
		}
	}
	c.dirty = true
	c.retry = c.record.inbox.after(retryInterval, retryCommit{asked{&c.record}})
}

// errSlow is why an actor is frozen while the shared store takes its time.
var errSlow = errors.New("it takes longer than people should wait")

// overdue freezes the actor if what it asked the store for is still under way.
func (c *committer) overdue(m overdue) {
	if m.call == c.record.calls && (c.loading || c.committing) {
		c.freeze(errSlow)
	}
}

// forget gives up everything that is under way, as if another node had the record.
func (c *committer) forget() {
	if c.retry != nil {
		c.retry.Stop()
	}
	c.thaw()
	c.loading, c.committing, c.dirty, c.fenced = false, false, false, true
	c.record.end()
	c.spans.stop()
	c.effects.drop()
}

// freeze suspends the actor until the store has answered, and refuses the requests that
// wait for that.
func (c *committer) freeze(cause error) {
	c.refusal = protocol.Unavailable
	if errors.Is(cause, store.ErrFull) {
		c.refusal = protocol.StorageFull
	}
	if !c.frozen {
		c.frozen = true
		if c.counts.unsaved.Add(1) == 1 {
			c.log.Error("nothing can be saved; users and rooms are frozen", "err", cause)
		}
		for _, m := range c.release() {
			c.hold(m)
		}
	}
}

func (c *committer) thaw() {
	if c.frozen {
		c.frozen = false
		c.counts.unsaved.Add(-1)
	}
}

// askAgain repeats the commit whose outcome is not known, or writes a state that could
// not be saved. For the latter the revision is read first: the failed commit may have
// been done. A record that could not be loaded is loaded.
func (c *committer) askAgain() {
	switch {
	case c.loading:
		c.record.load()
	case c.frozen:
		c.commit()
	case c.unsaved && !c.retrying:
		c.retrying, c.dirty = true, false
		c.record.overwrite(c.host.encode())
	}
}

// remove deletes the record. The host gets removed, and must end.
func (c *committer) remove() {
	c.committing, c.dirty = true, false
	c.record.remove(c.rev)
}

// removed ends a deletion and runs the effects that waited for it. A record that could
// not be deleted will be found by the sweep.
func (c *committer) removed(m removed) {
	if m.err != nil {
		c.log.Warn("a record cannot be deleted yet", "err", m.err)
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
	c.record.end()
	c.spans.stop()
	c.thaw()
	if !c.unsaved {
		return
	}
	c.counts.unsaved.Add(-1)
	ctx, cancel := context.WithTimeout(context.Background(), c.record.timeout)
	defer cancel()
	if _, err := c.record.overwriteNow(ctx, c.host.encode()); err != nil {
		c.log.Error("stopped with unsaved state", "err", err)
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
	c.counts.unsaved.Add(-1)
	return true
}
