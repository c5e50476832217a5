package boltstore

import (
	"cmp"
	"errors"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// The buckets of the file. Their names and contents are read by every later version.
const (
	aboutBucket  = "about"  // "format" and "form": envelopes with the version of the file, and that of the records' data
	recordBucket = "record" // key: envelope; the sequence is the newest revision given
	expiryBucket = "expiry" // expiry (8 bytes, big endian), key: nothing

	formatKey = "format"
	format    = 1
	formKey   = "form" // missing in the first files, which have form 1
	firstForm = 1
)

// buckets are the buckets within one transaction.
type buckets struct {
	records *bbolt.Bucket
	expiry  expiryIndex
	db      *database           // they belong to; may be nil
	damaged map[string]struct{} // the database's; may be nil

	changed bool // something was written
	added   int  // records and parts created, less those removed
	newest  store.Revision
	fault   error // why the transaction must not be committed
}

// openBuckets returns the buckets of a transaction.
func openBuckets(tx *bbolt.Tx) (*buckets, error) {
	b := &buckets{records: tx.Bucket([]byte(recordBucket)), expiry: expiryIndex{tx.Bucket([]byte(expiryBucket))}}
	if b.records == nil || b.expiry.bucket == nil {
		return nil, errDamaged
	}
	return b, nil
}

// createBuckets creates the buckets that are missing. Revisions that are given
// later are above floor, and records have at most the form.
func createBuckets(tx *bbolt.Tx, floor store.Revision, form int) error {
	about, err := tx.CreateBucketIfNotExists([]byte(aboutBucket))
	if err != nil {
		return err
	}
	if err := about.Put([]byte(formatKey), wrap(store.Record{Key: formatKey, Data: []byte{format}})); err != nil {
		return err
	}
	if err := putForm(about, form); err != nil {
		return err
	}
	records, err := tx.CreateBucketIfNotExists([]byte(recordBucket))
	if err != nil {
		return err
	}
	if err := records.SetSequence(max(records.Sequence(), uint64(floor))); err != nil {
		return err
	}
	_, err = tx.CreateBucketIfNotExists([]byte(expiryBucket))
	return err
}

// putForm notes that records may have the form.
func putForm(about *bbolt.Bucket, form int) error {
	return about.Put([]byte(formKey), wrap(store.Record{Key: formKey, Data: []byte{byte(form)}}))
}

// formOf returns the newest form that records may have. If it cannot be read, it is
// that of the first files.
func formOf(tx *bbolt.Tx) int {
	about := tx.Bucket([]byte(aboutBucket))
	if about == nil {
		return firstForm
	}
	r, err := unwrap([]byte(formKey), about.Get([]byte(formKey)))
	if err != nil || len(r.Data) != 1 {
		return firstForm
	}
	return int(r.Data[0])
}

// load returns a record or a part, whose data is valid during the transaction.
func (b *buckets) load(key string) (store.Record, error) {
	envelope := b.records.Get([]byte(key))
	if envelope == nil {
		return store.Record{}, store.ErrNotFound
	}
	r, err := unwrap([]byte(key), envelope)
	if err != nil && b.damaged != nil {
		b.damaged[key] = struct{}{}
	}
	return r, err
}

// replaceable returns the record that a caller who names a revision may replace:
// the zero record if there is none, or a damaged one.
func (b *buckets) replaceable(key string, rev store.Revision) (old store.Record, exists bool, err error) {
	old, err = b.load(key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Record{}, false, conflictIf(rev != 0)
	case errors.Is(err, store.ErrCorrupt) && rev == 0:
		return store.Record{}, true, nil
	case err != nil:
		return store.Record{}, true, err
	}
	return old, true, conflictIf(rev != old.Revision)
}

func conflictIf(yes bool) error {
	if yes {
		return store.ErrConflict
	}
	return nil
}

// put replaces old by r, under the next revision.
func (b *buckets) put(r, old store.Record, exists bool) store.Revision {
	next, err := b.records.NextSequence()
	b.note(err)
	r.Revision = store.Revision(next)
	b.newest = r.Revision
	b.note(b.records.Put([]byte(r.Key), wrap(r)))
	if was, is := store.Millis(old.Expires), store.Millis(r.Expires); was != is {
		b.note(b.expiry.remove(was, r.Key))
		b.note(b.expiry.add(is, r.Key))
	}
	delete(b.damaged, r.Key)
	if !exists {
		b.added++
	}
	return r.Revision
}

// restore adds a record with the revision it had in another file.
func (b *buckets) restore(r store.Record) {
	b.note(b.records.Put([]byte(r.Key), wrap(r)))
	b.note(b.expiry.add(store.Millis(r.Expires), r.Key))
	b.added++
}

// drop removes the key, under which old is stored, or the zero record if that is
// damaged.
func (b *buckets) drop(old store.Record, key string) {
	b.note(b.records.Delete([]byte(key)))
	b.note(b.expiry.remove(store.Millis(old.Expires), key))
	delete(b.damaged, key)
	b.added--
}

// note records that the transaction has changed something, or has failed.
func (b *buckets) note(err error) {
	b.changed = true
	b.fault = cmp.Or(b.fault, err)
}
