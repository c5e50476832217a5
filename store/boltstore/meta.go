package boltstore

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	"example.com/pokey/store"
)

const (
	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	minPage     = 1 << 10
	maxPage     = 16 << 20
	noFreelist  = ^uint64(0) // the freelist of a file that keeps none
)

// errPages means that a file is not one of bbolt's, or that nothing of it can be
// reached any more.
var errPages = errors.New("store: not a readable database file")

// meta is one of the two meta pages, of which the valid one with the newer
// transaction counts.
type meta struct {
	valid       bool
	version     uint32
	pageSize    int64
	root        uint64
	freelist    uint64
	pages       uint64 // pages from here on are not in use
	transaction uint64
}

// readMeta reads the meta page that begins at an offset.
func readMeta(f io.ReaderAt, offset int64) meta {
	var b [pageHeader + metaSize]byte
	if _, err := f.ReadAt(b[:], offset); err != nil {
		return meta{}
	}
	m := b[pageHeader:]
	sum := fnv.New64a()
	sum.Write(m[:56])
	return meta{
		valid:       machine.Uint32(m) == metaMagic && machine.Uint64(m[56:]) == sum.Sum64(),
		version:     machine.Uint32(m[4:]),
		pageSize:    int64(machine.Uint32(m[8:])),
		root:        machine.Uint64(m[16:]),
		freelist:    machine.Uint64(m[32:]),
		pages:       machine.Uint64(m[40:]),
		transaction: machine.Uint64(m[48:]),
	}
}

// readMetas returns the meta page that counts and the other one, which need not
// be valid.
func readMetas(f io.ReaderAt) (newer, older meta, err error) {
	newer = readMeta(f, 0)
	if newer.valid {
		older = readMeta(f, newer.pageSize)
	}
	for size := int64(minPage); size <= maxPage && !newer.valid && !older.valid; size <<= 1 {
		older = readMeta(f, size) // without the first one, the page size is anybody's guess
	}
	if !newer.valid || older.valid && older.transaction > newer.transaction {
		newer, older = older, newer
	}
	switch {
	case !newer.valid:
		return newer, older, errPages
	case newer.version != metaVersion:
		return newer, older, fmt.Errorf("%w: bbolt format %d", store.ErrFormat, newer.version)
	case newer.pageSize < minPage || newer.pageSize > maxPage || newer.pageSize&(newer.pageSize-1) != 0:
		return newer, older, errPages
	}
	return newer, older, nil
}
