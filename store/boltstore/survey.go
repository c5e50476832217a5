package boltstore

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"

	"example.com/pokey/store"
)

// survey is what a look at every page of a file has shown.
type survey struct {
	empty   bool // the file is there and there is nothing in it
	meta    meta
	faults  int            // what is wrong with the structure; then bbolt must not see it
	halved  bool           // one of the two meta pages is not valid
	records int            // sound ones
	damaged []string       // keys of records whose envelopes do not hold
	orphans []string       // keys of parts that seem to have no sound record
	newest  store.Revision // the highest of a sound record
	free    int            // pages that are not in use
	format  error          // set if the file must not be opened by this program

	known          bool   // the file says which format it has
	index, indexed uint64 // sums over the index as it is and as it ought to be
	record         string // the last sound one that is no part
}

// wastefulFrom is the size in pages from which a file that is mostly free is
// written anew when it is opened, which a damaged record would not survive.
const wastefulFrom = 1024

func (s *survey) wasteful() bool {
	return len(s.damaged) == 0 && s.meta.pages >= wastefulFrom && s.free > int(s.meta.pages)/2
}

// look surveys a file of some size.
func look(f io.ReaderAt, size int64) *survey {
	s := &survey{}
	newer, older, err := readMetas(f)
	if errors.Is(err, store.ErrFormat) {
		s.format = err
		return s
	}
	if err != nil {
		s.faults = 1
		return s
	}
	s.meta, s.halved = newer, !older.valid
	seed := maphash.MakeSeed()
	w := walk{f: f, size: size, meta: newer}
	w.visit = func(bucket string, key, value []byte) { s.see(bucket, key, value, seed) }
	w.run()
	s.faults, s.free = w.faults, w.free
	complete := s.known && slices.Equal(w.names, []string{aboutBucket, expiryBucket, recordBucket})
	if !complete && len(w.names) > 0 { // there are no buckets yet after a crash in the very first moment
		s.faults++
	}
	return s
}

func (s *survey) see(bucket string, key, value []byte, seed maphash.Seed) {
	switch bucket {
	case aboutBucket:
		s.about(key, value)
	case recordBucket:
		r, err := unwrap(key, value)
		if err != nil {
			s.damaged = append(s.damaged, string(key))
			return
		}
		s.records++
		switch {
		case !store.IsPart(r.Key):
			s.record = r.Key
		case store.RecordKey(r.Key) != s.record:
			s.orphans = append(s.orphans, r.Key)
		}
		s.newest = max(s.newest, r.Revision)
		if at := store.Millis(r.Expires); at != 0 {
			s.indexed += maphash.Bytes(seed, indexKey(at, r.Key))
		}
	case expiryBucket:
		s.index += maphash.Bytes(seed, key)
	}
}

func (s *survey) about(key, value []byte) {
	if string(key) != formatKey {
		return
	}
	r, err := unwrap(key, value)
	if err != nil || len(r.Data) != 1 {
		return
	}
	s.known = true
	if r.Data[0] > format {
		s.format = fmt.Errorf("%w: format %d", store.ErrFormat, r.Data[0])
	}
}
