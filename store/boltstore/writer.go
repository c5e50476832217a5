package boltstore

import (
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// writer carries out the calls of a queue. Its goroutine alone touches the file.
type writer struct {
	config Config
	queue  *queue
	ended  chan struct{} // closed when the file is
	err    error         // of closing it

	monitor monitor

	// The rest belongs to the goroutine.
	db         *database // nil after a failure, until it is opened again
	newest     store.Revision
	scrubAt    <-chan time.Time // nil while there is nothing to scrub
	scrubBegan time.Time
	dirty      bool // something was written since then
}

// startWriter opens the file and starts the writer, which ends when the queue closes.
func startWriter(config Config, q *queue) (*writer, error) {
	w := &writer{config: config, queue: q, ended: make(chan struct{}), monitor: monitor{log: config.Log}}
	if err := w.open(); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// open opens the file, and has it scrubbed at once, because whoever had it open
// before may have been interrupted.
func (w *writer) open() (err error) {
	if w.db, err = openDatabase(w.config, w.newest); err != nil {
		w.db = nil
		return err
	}
	if n := len(w.db.damaged); n > 0 && n != w.monitor.figures().Damaged {
		w.config.Log.Error("records are damaged and cannot be read", "damaged", n, "records", w.db.records)
	}
	w.scrubAt = immediately()
	w.monitor.setRecords(w.db.records, len(w.db.damaged))
	return nil
}

func (w *writer) run() {
	defer close(w.ended)
	last := 1
	for {
		select {
		case <-w.queue.wake:
			if batch := w.queue.batch(last); len(batch) > 0 {
				last = len(batch)
				w.serve(batch)
			}
			w.queue.rouse()
		case <-w.scrubAt:
			w.scrub()
		case <-w.queue.closing:
			w.queue.close()
			w.close()
			return
		}
	}
}

// serve carries out a batch: first the calls that write, in one transaction, then
// those that read.
func (w *writer) serve(batch []*call) {
	var writes, reads []*call
	for _, c := range batch {
		switch {
		case c.answered.Load(): // the caller has given up
		case c.write:
			writes = append(writes, c)
		default:
			reads = append(reads, c)
		}
	}
	if len(writes) > 0 {
		began := time.Now()
		err := w.write(writes)
		w.note(writing, err)
		took := time.Since(began)
		w.monitor.wrote(took)
		if w.config.Observe != nil {
			w.config.Observe(len(writes), took, err)
		}
		answer(writes, err)
	}
	if len(reads) > 0 {
		err := w.read(reads)
		w.note(reading, err)
		answer(reads, err)
	}
}

// errUnchanged ends a transaction in which nothing was written.
var errUnchanged = errors.New("store: unchanged")

func (w *writer) write(calls []*call) error {
	if err := w.ready(); err != nil {
		return err
	}
	var b *buckets
	err := w.db.update(func(tx *bbolt.Tx) (err error) {
		if b, err = w.db.buckets(tx); err != nil {
			return err
		}
		for _, c := range calls {
			c.result = c.do(b)
		}
		if b.fault == nil && !b.changed {
			return errUnchanged
		}
		return b.fault
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err == nil {
		w.db.records += b.added
		w.newest = max(w.newest, b.newest)
		w.dirty = true
		if w.scrubAt == nil {
			w.scrubAt = time.After(w.config.scrubAfter)
		}
	}
	return err
}

func (w *writer) read(calls []*call) error {
	if err := w.ready(); err != nil {
		return err
	}
	return w.db.view(func(tx *bbolt.Tx) error {
		b, err := w.db.buckets(tx)
		if err != nil {
			return err
		}
		for _, c := range calls {
			c.result = c.do(b)
		}
		return nil
	})
}

// ready opens the file again if the last transaction failed.
func (w *writer) ready() error {
	if w.db != nil {
		return nil
	}
	return w.open()
}

// scrub overwrites a slice of the unused pages, and schedules the rest.
func (w *writer) scrub() {
	w.scrubAt = nil
	if w.db != nil && w.db.snapshots.open() { // they read pages that are unused by now
		w.scrubAt = time.After(scrubRetry)
		return
	}
	done, err := w.scrubSlice()
	w.note(scrubbing, err)
	switch {
	case err != nil:
		w.scrubAt = time.After(w.config.scrubAfter)
		return
	case !done:
		w.scrubAt = immediately()
		return
	case w.dirty: // since the scrub began
		w.scrubAt = time.After(w.config.scrubAfter)
	}
	w.monitor.scrubDone(time.Since(w.scrubBegan))
}

func (w *writer) scrubSlice() (done bool, err error) {
	if err := w.ready(); err != nil {
		return false, err
	}
	if w.db.scrubbed == firstPage {
		w.scrubBegan, w.dirty = time.Now(), false
	}
	return w.db.scrub()
}

// immediately returns a timer that has fired.
func immediately() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// note records the outcome of an operation. After a failure the file is closed, so
// that the next operation opens and inspects it again.
func (w *writer) note(o operation, err error) {
	if err != nil && w.db != nil {
		_ = w.db.close() // there is an error already
		w.db = nil
	}
	w.monitor.outcome(o, err)
	if w.db != nil {
		w.monitor.setRecords(w.db.records, len(w.db.damaged))
	}
}

// close completes the scrub and closes the file.
func (w *writer) close() {
	if w.db != nil {
		w.db.snapshots.end(store.ErrClosed)
	}
	for w.db != nil && w.scrubAt != nil {
		w.scrub() // if it fails, db is nil
	}
	if w.db != nil {
		w.err = w.db.close()
	}
}
