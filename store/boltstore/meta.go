package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"

	"example.com/pokey/store"
)

const (
	pageHeader  = 16 // id u64, flags u16, count u16, overflow u32
	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	minPage     = 1 << 10
	maxPage     = 16 << 20
	firstPage   = 2 // behind the meta pages
)

var machine = binary.NativeEndian // the byte order of the file

// meta is one of the two meta pages. bbolt goes by the valid one with the newer
// transaction. Its layout, behind a page header:
//
//	magic u32, version u32, page size u32, flags u32, root u64, sequence u64,
//	freelist u64, pages u64, transaction u64, checksum u64
type meta struct {
	valid       bool
	version     uint32
	pageSize    int64
	root        uint64
	freelist    uint64
	pages       uint64 // the first page that was never used
	transaction uint64
}

// readMeta reads the meta page at an offset in bytes.
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

// readMetas returns the meta page that bbolt goes by and the other one, which may be
// invalid. The error is errDamaged if neither is valid, or wraps ErrFormat.
func readMetas(f io.ReaderAt) (newer, older meta, err error) {
	newer = readMeta(f, 0)
	if newer.valid {
		older = readMeta(f, newer.pageSize)
	}
	for size := int64(minPage); size <= maxPage && !newer.valid && !older.valid; size <<= 1 {
		older = readMeta(f, size) // without the first meta page, any page size is possible
	}
	if !newer.valid || older.valid && older.transaction > newer.transaction {
		newer, older = older, newer
	}
	switch {
	case !newer.valid:
		return newer, older, errDamaged
	case newer.version != metaVersion:
		return newer, older, fmt.Errorf("%w: bbolt format %d", store.ErrFormat, newer.version)
	case newer.pageSize < minPage || newer.pageSize > maxPage || newer.pageSize&(newer.pageSize-1) != 0:
		return newer, older, errDamaged
	}
	return newer, older, nil
}
