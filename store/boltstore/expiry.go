package boltstore

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"example.com/pokey/store"
)

// expiryIndex lists the keys of records by their expiry, in milliseconds since 1970.
type expiryIndex struct{ bucket *bbolt.Bucket }

// indexKey sorts by expiry, and then by key.
func indexKey(expires int64, key string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(expires)), key...)
}

// add lists a key. Zero means that the record does not expire.
func (x expiryIndex) add(expires int64, key string) error {
	if expires == 0 {
		return nil
	}
	return x.bucket.Put(indexKey(expires, key), nil)
}

// remove is the inverse of add.
func (x expiryIndex) remove(expires int64, key string) error {
	if expires == 0 {
		return nil
	}
	return x.bucket.Delete(indexKey(expires, key))
}

// due yields the keys with an expiry that is not after now, oldest first.
func (x expiryIndex) due(now time.Time, yield func(expires int64, key string) bool) {
	limit := uint64(max(store.Millis(now), 0))
	c := x.bucket.Cursor()
	for k, _ := c.First(); len(k) > 8; k, _ = c.Next() {
		expires := binary.BigEndian.Uint64(k)
		if expires > limit || !yield(int64(expires), string(k[8:])) {
			return
		}
	}
}
