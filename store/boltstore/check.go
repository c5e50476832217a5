package boltstore

import (
	"bytes"
	"errors"
	"io"
)

// bbolt trusts its file. Most damage makes it panic, which can be recovered from; but
// a page that refers to its own ancestor has it recurse until the process dies, and
// in [bbolt.Tx.Check] so does a key that lies outside the file. So the references are
// checked before bbolt opens the file, and bbolt checks the rest. The layout is that
// of bbolt's format 2, in the byte order of the machine:
//
//	page    id u64, flags u16, count u16, overflow u32, then the elements
//	branch  per element: position u32, key size u32, page u64
//	leaf    per element: flags u32, position u32, key size u32, value size u32
const (
	element      = 16 // bytes in a branch or leaf element
	bucketHeader = 16

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf element: the value is a bucket
)

// checker follows the references from page to page. It goes on after a fault.
type checker struct {
	file   io.ReaderAt
	size   int64 // of the file, in bytes
	meta   meta
	seen   map[uint64]bool // pages that a reference leads to, or their overflow
	free   uint64          // pages in the freelist
	faults int
	loops  bool // some references lead astray: bbolt might follow them for ever
}

// checkPages checks the tree of a file of a size in bytes, and the size of its
// freelist.
func checkPages(f io.ReaderAt, size int64, m meta) *checker {
	c := &checker{file: f, size: size, meta: m, seen: map[uint64]bool{0: true, 1: true}} // the meta pages
	c.tree(m.root, true)
	if page := c.page(m.freelist, flagFreelist); page != nil && c.sound(machine.Uint16(page[8:]) == flagFreelist) {
		c.free = uint64(machine.Uint16(page[10:]))
		if c.free == 0xFFFF {
			c.free = machine.Uint64(page[pageHeader:])
		}
	}
	c.sound(uint64(len(c.seen))+c.free == m.pages) // and bbolt looks for pages that are neither
	return c
}

// sound counts a fault unless ok, which it returns.
func (c *checker) sound(ok bool) bool {
	if !ok {
		c.faults++
	}
	return ok
}

// safe is sound for what bbolt follows without checking it.
func (c *checker) safe(ok bool) bool {
	c.loops = c.loops || !ok
	return c.sound(ok)
}

// page reads a page with its overflow. It returns nil if nothing can follow from it:
// bbolt panics on a page that is not in the file or has another id. Of a page in
// which the file ends, bbolt reads zeros for what is missing, as if page 0 were meant;
// only pages with the flag cut refer to none.
func (c *checker) page(id uint64, cut uint16) []byte {
	if !c.safe(id < c.meta.pages && !c.seen[id]) {
		return nil
	}
	page := make([]byte, c.meta.pageSize)
	if n, err := c.file.ReadAt(page, int64(id)*c.meta.pageSize); !c.sound(n > 0 && (err == nil || errors.Is(err, io.EOF)) && machine.Uint64(page) == id) {
		return nil
	}
	last := id + uint64(machine.Uint32(page[12:]))
	if last >= uint64(c.size/c.meta.pageSize) { // the file is cut off, or the number is damaged
		c.safe(machine.Uint16(page[8:]) == cut)
		c.sound(false)
		return nil
	}
	for i := id; i <= last; i++ {
		c.safe(!c.seen[i])
		c.seen[i] = true
	}
	page = append(page, make([]byte, int64(last-id)*c.meta.pageSize)...)
	if _, err := c.file.ReadAt(page, int64(id)*c.meta.pageSize); !c.safe(err == nil) {
		return nil
	}
	return page
}

// tree checks the pages from id downwards, and returns the first key; top is the
// tree that holds the buckets.
func (c *checker) tree(id uint64, top bool) []byte {
	cut := uint16(flagLeaf)
	if top {
		cut = 0 // its leaves refer to the buckets
	}
	page := c.page(id, cut)
	if page == nil {
		return nil
	}
	return c.elements(page, top)
}

// elements checks a branch or leaf page. Keys and values follow one another behind
// the last element, so that a changed count or size shows.
func (c *checker) elements(page []byte, top bool) (first []byte) {
	flags, count := machine.Uint16(page[8:]), int(machine.Uint16(page[10:]))
	at := pageHeader + count*element
	if !c.hasElements(page, flags, count) {
		return nil
	}
	for i := range count {
		offset := pageHeader + i*element
		e := page[offset:]
		position, keySize, size := machine.Uint32(e[4:]), machine.Uint32(e[8:]), machine.Uint32(e[12:])
		if flags == flagBranch {
			position, keySize, size = machine.Uint32(e), machine.Uint32(e[4:]), 0
		}
		middle := at + int(keySize)
		end := middle + int(size)
		if offset+int(position) != at || end > len(page) {
			c.sound(false)
			c.safe(flags == flagLeaf && !top)
			return first
		}
		key := page[at:middle]
		if i == 0 {
			first = key
		}
		switch {
		case flags == flagBranch: // bbolt relies on equal keys when it writes
			c.sound(bytes.Equal(key, c.tree(machine.Uint64(e[8:]), top)))
		case c.sound(top == (machine.Uint32(e)&flagBucket != 0)) && top: // no bucket holds another
			c.bucket(page[middle:end])
		}
		at = end
	}
	return first
}

func (c *checker) hasElements(page []byte, flags uint16, count int) bool {
	switch flags {
	case flagLeaf:
		return c.safe(pageHeader+count*element <= len(page))
	case flagBranch:
		return c.safe(count > 0 && pageHeader+count*element <= len(page))
	case flagMeta, flagFreelist: // bbolt takes it for a branch
		return c.safe(false)
	default: // bbolt panics
		return c.sound(false)
	}
}

// bucket checks a bucket: its pages, or the one that lies within its header.
func (c *checker) bucket(value []byte) {
	if !c.safe(len(value) >= bucketHeader) {
		return
	}
	if root := machine.Uint64(value); root != 0 {
		c.tree(root, false)
		return
	}
	if inline := value[bucketHeader:]; c.safe(len(inline) >= pageHeader && machine.Uint16(inline[8:]) == flagLeaf) {
		c.elements(inline, false)
	}
}
