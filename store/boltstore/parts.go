package boltstore

import (
	"bytes"
	"errors"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// parts returns copies of the sound parts of a record.
func (t *tables) parts(key string) (parts []store.Record) {
	for _, name := range t.partKeys(key) {
		if p, err := t.load(name); err == nil {
			parts = append(parts, store.Record{Key: name, Data: bytes.Clone(p.Data)})
		}
	}
	return parts
}

// partKeys are the keys of all parts of a record, damaged ones too.
func (t *tables) partKeys(key string) (keys []string) {
	prefix := []byte(key + "/")
	c := t.records.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, string(k))
	}
	return keys
}

// putPart writes a part, or removes it.
func (t *tables) putPart(p store.Record) {
	old, err := t.load(p.Key)
	there := !errors.Is(err, store.ErrNotFound)
	switch {
	case len(p.Data) > 0:
		t.put(store.Record{Key: p.Key, Data: p.Data}, old, there)
	case there:
		t.drop(old, p.Key)
	}
}

func (t *tables) dropParts(key string) {
	for _, name := range t.partKeys(key) {
		t.putPart(store.Record{Key: name})
	}
}

// dropOrphans removes parts whose record is damaged or not there, so that nobody
// will ever ask for them.
func (f *file) dropOrphans(tx *bbolt.Tx, parts []string) error {
	if len(parts) == 0 {
		return nil
	}
	t, err := f.tables(tx)
	if err != nil {
		return err
	}
	for _, name := range parts {
		if _, err := t.load(store.RecordKey(name)); err != nil {
			t.putPart(store.Record{Key: name})
		}
	}
	f.records += t.added
	return t.fault
}
