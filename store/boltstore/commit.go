package boltstore

import (
	"bytes"
	"time"

	"example.com/pokey/store"
)

// commit carries out [store.Store]'s Commit within the transaction.
func (b *buckets) commit(r store.Record, parts []store.Record) (store.Revision, error) {
	old, exists, err := b.replaceable(r.Key, r.Revision)
	if err != nil {
		return 0, err
	}
	if r.Revision == 0 {
		b.dropParts(r.Key)
	}
	for _, p := range parts {
		b.putPart(p)
	}
	return b.put(r, old, exists), nil
}

// remove carries out Delete.
func (b *buckets) remove(key string, rev store.Revision) error {
	old, exists, err := b.replaceable(key, rev)
	if exists && err != nil {
		return err
	}
	if exists {
		b.drop(old, key)
	}
	b.dropParts(key)
	return nil
}

// expired carries out Expired. Entries of the index that a damaged record left
// behind when it was replaced do not count.
func (b *buckets) expired(now time.Time, limit int) []string {
	if limit <= 0 {
		return nil
	}
	var keys []string
	b.expiry.due(now, func(expires int64, key string) bool {
		if r, err := b.load(key); err == nil && store.Millis(r.Expires) == expires {
			keys = append(keys, key)
		}
		return len(keys) < limit
	})
	return keys
}

// parts returns copies of the sound parts of a record.
func (b *buckets) parts(key string) (parts []store.Record) {
	for _, name := range b.partKeys(key) {
		if p, err := b.load(name); err == nil {
			parts = append(parts, store.Record{Key: name, Data: bytes.Clone(p.Data)})
		}
	}
	return parts
}

// partKeys returns the keys of all parts of a record, damaged ones too.
func (b *buckets) partKeys(key string) (keys []string) {
	prefix := []byte(key + "/")
	c := b.records.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, string(k))
	}
	return keys
}

// putPart writes a part, or removes it if it has no data. Parts do not expire, so what was
// there is not read.
func (b *buckets) putPart(p store.Record) {
	exists := b.records.Get([]byte(p.Key)) != nil
	switch {
	case len(p.Data) > 0:
		b.put(store.Record{Key: p.Key, Data: p.Data}, store.Record{}, exists)
	case exists:
		b.drop(store.Record{}, p.Key)
	}
}

func (b *buckets) dropParts(key string) {
	for _, name := range b.partKeys(key) {
		b.putPart(store.Record{Key: name})
	}
}

// dropOrphans removes those parts whose record is damaged or missing. Nothing would
// ever load or delete them, and they hold names and estimates.
func (b *buckets) dropOrphans(parts []string) {
	for _, name := range parts {
		if _, err := b.load(store.RecordKey(name)); err != nil {
			b.putPart(store.Record{Key: name})
		}
	}
}
