package store

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Revision counts the commits of one record as the store sees them. Zero means
// that there is no record. Revisions are compared for equality only.
type Revision uint64

// Record is one durable value.
//
// It may have parts, which are stored apart from it because they seldom change. A
// part is a Record whose key is that of the record it belongs to, a slash, and a
// name without a slash. It is written by commits of its record, has no revision and
// no expiry of its own, and is removed when its record is deleted or created again.
type Record struct {
	Key      string // "room/…", "user/…" or "code/…"; at most 128 bytes
	Revision Revision
	Expires  time.Time // when the record may be deleted, to the millisecond; zero means never
	Data     []byte    // owned by the store once committed, by the caller once loaded
}

const maxKey = 128 // bytes

// CheckKeys returns an error if a key is empty or longer than 128 bytes, or if a
// part does not belong to the record. Implementations call it before they commit.
func CheckKeys(r Record, parts []Record) error {
	for _, p := range parts {
		if RecordKey(p.Key) != r.Key {
			return errors.New("store: a part's key does not begin with its record's key")
		}
		if err := checkKey(p.Key); err != nil {
			return err
		}
	}
	return checkKey(r.Key)
}

func checkKey(key string) error {
	if key == "" || len(key) > maxKey {
		return fmt.Errorf("store: a key has 1 to %d bytes, not %d", maxKey, len(key))
	}
	return nil
}

// RecordKey returns the key of the record that the part with this key belongs to.
func RecordKey(part string) string { return part[:max(strings.LastIndexByte(part, '/'), 0)] }

// IsPart reports whether a key is that of a part, KIND/ID/NAME, and not that of a
// record, KIND/ID.
func IsPart(key string) bool { return strings.Count(key, "/") > 1 }

// Millis returns an expiry as records store it, in milliseconds since 1970. Only
// the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(t.UnixMilli(), 1)
}

// FromMillis is the inverse of [Millis], in UTC.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
