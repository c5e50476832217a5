package store

import (
	"bytes"
	"errors"
	"strings"

	"go.etcd.io/bbolt"
)

// recordOf is the key of the record that a part with this key belongs to.
func recordOf(part string) string { return part[:max(strings.LastIndexByte(part, '/'), 0)] }

// isPart tells the key of a part, KIND/ID/NAME, from that of a record, KIND/ID.
func isPart(key string) bool { return strings.Count(key, "/") > 1 }

// parts returns copies of the sound parts of a record.
func (t *tables) parts(key string) (parts []Record) {
	for _, name := range t.partKeys(key) {
		if p, err := t.load(name); err == nil {
			parts = append(parts, Record{Key: name, Data: bytes.Clone(p.Data)})
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
func (t *tables) putPart(p Record) {
	old, err := t.load(p.Key)
	there := !errors.Is(err, ErrNotFound)
	switch {
	case len(p.Data) > 0:
		t.put(Record{Key: p.Key, Data: p.Data}, old, there)
	case there:
		t.drop(old, p.Key)
	}
}

func (t *tables) dropParts(key string) {
	for _, name := range t.partKeys(key) {
		t.putPart(Record{Key: name})
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
		if _, err := t.load(recordOf(name)); err != nil {
			t.putPart(Record{Key: name})
		}
	}
	f.records += t.added
	return t.fault
}
