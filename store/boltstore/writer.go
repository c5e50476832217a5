package boltstore

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

const (
	batchWindow = 3 * time.Millisecond // how long a commit waits for others
	batchSize   = 256                  // calls in one transaction
)

// call is one call of a method on its way to the writer and back.
type call struct {
	ctx     context.Context
	write   bool
	do      func(*tables) error
	verdict error
	done    chan error
}

// do has the writer carry out a call. When the caller's time is up the call may
// still be carried out, and do does not wait for it.
func (b *Store) do(ctx context.Context, write bool, do func(*tables) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, write: write, do: do, done: make(chan error, 1)}
	select {
	case b.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closing:
		return store.ErrClosed
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run is the writer.
func (b *Store) run() {
	defer close(b.ended)
	last := 1
	for {
		select {
		case c := <-b.calls:
			batch := b.collect(c, last)
			last = len(batch)
			b.serve(batch)
		case <-b.scrubAt:
			b.scrub()
		case <-b.closing:
			b.end()
			return
		}
	}
}

// collect gathers the calls for one transaction: all that are waiting, and, as
// long as they are fewer than the last time, those of the next moment. So the
// callers that the last transaction has set free find each other again, and one
// who is alone never waits.
func (b *Store) collect(first *call, last int) []*call {
	batch := []*call{first}
	var over <-chan time.Time
	for len(batch) < batchSize {
		select {
		case c := <-b.calls:
			batch = append(batch, c)
			continue
		default:
		}
		if len(batch) >= last {
			break
		}
		if over == nil {
			over = time.After(batchWindow)
		}
		select {
		case c := <-b.calls:
			batch = append(batch, c)
		case <-over:
			return batch
		}
	}
	return batch
}

// serve carries out a batch: first what writes, in one transaction, then what
// reads.
func (b *Store) serve(batch []*call) {
	var writes, reads []*call
	for _, c := range batch {
		switch {
		case c.ctx.Err() != nil: // nobody waits for it any more
		case c.write:
			writes = append(writes, c)
		default:
			reads = append(reads, c)
		}
	}
	if len(writes) > 0 {
		began := time.Now()
		err := b.write(writes)
		b.note(writing, err)
		if b.config.Observe != nil {
			b.config.Observe(len(writes), time.Since(began), err)
		}
		answer(writes, err)
	}
	if len(reads) > 0 {
		err := b.read(reads)
		b.note(reading, err)
		answer(reads, err)
	}
}

// answer tells each caller its own verdict, or all of them why there is none.
func answer(calls []*call, err error) {
	for _, c := range calls {
		if err != nil {
			c.done <- err
		} else {
			c.done <- c.verdict
		}
	}
}

// errUnchanged ends a transaction in which nothing was written.
var errUnchanged = errors.New("store: unchanged")

func (b *Store) write(calls []*call) error {
	if err := b.ready(); err != nil {
		return err
	}
	var t *tables
	err := b.file.update(func(tx *bbolt.Tx) (err error) {
		if t, err = b.file.tables(tx); err != nil {
			return err
		}
		for _, c := range calls {
			c.verdict = c.do(t)
		}
		if t.fault == nil && !t.changed {
			return errUnchanged
		}
		return t.fault
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err == nil {
		b.file.records += t.added
		b.newest = max(b.newest, t.newest)
		b.dirty = true
		if b.scrubAt == nil {
			b.scrubAt = time.After(b.config.scrubAfter)
		}
	}
	return err
}

func (b *Store) read(calls []*call) error {
	if err := b.ready(); err != nil {
		return err
	}
	return b.file.view(func(tx *bbolt.Tx) error {
		t, err := b.file.tables(tx)
		if err != nil {
			return err
		}
		for _, c := range calls {
			c.verdict = c.do(t)
		}
		return nil
	})
}

// ready opens the file again if a transaction has failed.
func (b *Store) ready() error {
	if b.file != nil {
		return nil
	}
	return b.reopen()
}

// work is what may fail on its own: a full disk can still be read.
type work int

const (
	writing work = iota
	reading
	scrubbing
	works
)

func (w work) String() string { return [works]string{"writing", "reading", "scrubbing"}[w] }

// note deals with the outcome of a transaction. After a failure the file is
// closed, to be opened and looked at anew.
func (b *Store) note(w work, err error) {
	if err != nil && b.file != nil {
		_ = b.file.close() // there is an error already
		b.file = nil
	}
	if failed := err != nil; failed != b.failed[w] {
		b.failed[w] = failed
		if failed {
			b.config.Log.Error("the store has failed", "work", w, "err", err)
		} else {
			b.config.Log.Info("the store works again", "work", w)
		}
	}
	b.publish()
}

// end scrubs what is left and closes the file.
func (b *Store) end() {
	for b.file != nil && b.scrubAt != nil {
		b.scrub() // if it fails there is no file any more
	}
	if b.file != nil {
		b.closeErr = b.file.close()
	}
	b.unlock()
}
