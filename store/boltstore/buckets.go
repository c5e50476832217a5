package boltstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// The buckets of the file.
const (
	aboutBucket  = "about"  // "format": what wrote the file
	recordBucket = "record" // key: envelope; its sequence is the newest revision given
	expiryBucket = "expiry" // expires (8 bytes, big endian), key: nothing

	formatKey = "format"
	format    = 1
)

// tables are the buckets within one transaction.
type tables struct {
	records, expiry *bbolt.Bucket
	damaged         map[string]struct{} // the file's; may be nil

	changed bool // something was written
	added   int  // records that are new, less those that are gone
	newest  store.Revision
	fault   error // why the transaction must not be committed
}

// openTables returns the buckets of a transaction.
func openTables(tx *bbolt.Tx) (*tables, error) {
	t := &tables{records: tx.Bucket([]byte(recordBucket)), expiry: tx.Bucket([]byte(expiryBucket))}
	if t.records == nil || t.expiry == nil {
		return nil, errPages
	}
	return t, nil
}

// makeTables makes the buckets of a new file. The revisions it will give are
// above floor.
func makeTables(tx *bbolt.Tx, floor store.Revision) error {
	about, err := tx.CreateBucketIfNotExists([]byte(aboutBucket))
	if err != nil {
		return err
	}
	if err := about.Put([]byte(formatKey), wrap(store.Record{Key: formatKey, Data: []byte{format}})); err != nil {
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

// load returns a record whose data belongs to the transaction.
func (t *tables) load(key string) (store.Record, error) {
	envelope := t.records.Get([]byte(key))
	if envelope == nil {
		return store.Record{}, store.ErrNotFound
	}
	r, err := unwrap([]byte(key), envelope)
	if err != nil && t.damaged != nil {
		t.damaged[key] = struct{}{}
	}
	return r, err
}

// replaceable returns the record that a caller who names a revision is about to
// replace: the zero record if there is none, or a damaged one.
func (t *tables) replaceable(key string, rev store.Revision) (old store.Record, there bool, err error) {
	old, err = t.load(key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Record{}, false, conflict(rev != 0)
	case errors.Is(err, store.ErrCorrupt) && rev == 0:
		return store.Record{}, true, nil
	case err != nil:
		return store.Record{}, true, err
	}
	return old, true, conflict(rev != old.Revision)
}

func conflict(yes bool) error {
	if yes {
		return store.ErrConflict
	}
	return nil
}

func (t *tables) commit(r store.Record, parts []store.Record) (store.Revision, error) {
	old, there, err := t.replaceable(r.Key, r.Revision)
	if err != nil {
		return 0, err
	}
	if r.Revision == 0 {
		t.dropParts(r.Key)
	}
	for _, p := range parts {
		t.putPart(p)
	}
	return t.put(r, old, there), nil
}

// put writes a record in place of old, and gives it the next revision.
func (t *tables) put(r, old store.Record, there bool) store.Revision {
	next, err := t.records.NextSequence()
	t.note(err)
	r.Revision = store.Revision(next)
	t.newest = r.Revision
	t.note(t.records.Put([]byte(r.Key), wrap(r)))
	if was, is := store.Millis(old.Expires), store.Millis(r.Expires); was != is {
		t.unindex(was, r.Key)
		t.index(is, r.Key)
	}
	delete(t.damaged, r.Key)
	if !there {
		t.added++
	}
	return r.Revision
}

// restore puts a record where it was, with the revision it had.
func (t *tables) restore(r store.Record) {
	if old, err := t.load(r.Key); err == nil {
		if old.Revision >= r.Revision {
			return
		}
		t.unindex(store.Millis(old.Expires), old.Key)
		t.added--
	}
	t.note(t.records.Put([]byte(r.Key), wrap(r)))
	t.index(store.Millis(r.Expires), r.Key)
	t.added++
}

func (t *tables) remove(key string, rev store.Revision) error {
	old, there, err := t.replaceable(key, rev)
	if there && err != nil {
		return err
	}
	if there {
		t.drop(old, key)
	}
	t.dropParts(key)
	return nil
}

// drop removes what is under the key, of which old is what could be read.
func (t *tables) drop(old store.Record, key string) {
	t.note(t.records.Delete([]byte(key)))
	t.unindex(store.Millis(old.Expires), key)
	delete(t.damaged, key)
	t.added--
}

// expired leaves out what is damaged, and entries that a damaged record left
// behind when it was replaced.
func (t *tables) expired(now time.Time, limit int) []string {
	var keys []string
	c := t.expiry.Cursor()
	for k, _ := c.First(); k != nil && len(keys) < limit; k, _ = c.Next() {
		if len(k) <= 8 || binary.BigEndian.Uint64(k) > uint64(max(store.Millis(now), 0)) {
			break
		}
		key := string(k[8:])
		if r, err := t.load(key); err == nil && bytes.Equal(k, indexKey(store.Millis(r.Expires), key)) {
			keys = append(keys, key)
		}
	}
	return keys
}

// makeIndex makes the index anew from the sound records.
func makeIndex(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket([]byte(expiryBucket)); err != nil {
		return err
	}
	if _, err := tx.CreateBucket([]byte(expiryBucket)); err != nil {
		return err
	}
	t, err := openTables(tx)
	if err != nil {
		return err
	}
	c := t.records.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if r, err := unwrap(k, v); err == nil {
			t.index(store.Millis(r.Expires), r.Key)
		}
	}
	return t.fault
}

func (t *tables) index(expires int64, key string) {
	if expires != 0 {
		t.note(t.expiry.Put(indexKey(expires, key), nil))
	}
}

func (t *tables) unindex(expires int64, key string) {
	if expires != 0 {
		t.note(t.expiry.Delete(indexKey(expires, key)))
	}
}

// note remembers that the transaction has changed something, or failed.
func (t *tables) note(err error) {
	t.changed = true
	t.fault = cmp.Or(t.fault, err)
}

func indexKey(expires int64, key string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(expires)), key...)
}
