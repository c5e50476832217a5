package boltstore

import (
	"bytes"
	"encoding/binary"
	"io"
)

// bbolt trusts its file: a damaged page makes it panic, run in circles or read
// past the end of the mapping. So the pages are read and checked here first,
// without mapping anything, and bbolt gets to see only what has passed. The
// layout is that of bbolt's format 2, in the byte order of the machine:
//
//	page    id u64, flags u16, count u16, overflow u32, then the elements
//	meta    magic u32, version u32, page size u32, flags u32, root u64,
//	        sequence u64, freelist u64, pages u64, transaction u64, checksum u64
//	branch  per element: position u32, key size u32, page u64
//	leaf    per element: flags u32, position u32, key size u32, value size u32
const (
	pageHeader = 16
	element    = 16 // bytes in a branch or leaf element

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf element: the value is a bucket

	bucketHeader = 16
)

var machine = binary.NativeEndian

// walk visits every key and value of every bucket in the file, and counts what
// is wrong with its structure. It goes on past what is wrong, visits no page
// twice, and leaves it to the visitor to decide whether what was found is sound.
type walk struct {
	f      io.ReaderAt
	size   int64 // of the file
	meta   meta
	visit  func(bucket string, key, value []byte) // the slices are the visitor's to keep
	used   []bool                                 // the pages that belong to something, or are free
	free   int                                    // pages that are free
	names  []string                               // of the buckets
	faults int
}

// run walks the whole file.
func (w *walk) run() {
	err := contain(func() error {
		w.all()
		return nil
	})
	if err != nil {
		w.faults++ // a mistake of ours, which is no reason not to start
	}
}

func (w *walk) all() {
	if there := uint64(w.size / w.meta.pageSize); there < w.meta.pages {
		w.faults++
		w.meta.pages = there
	}
	w.used = make([]bool, w.meta.pages)
	copy(w.used, []bool{true, true}) // the meta pages
	w.tree(w.meta.root, "", bounds{})
	w.freelist()
	for _, used := range w.used {
		if !used {
			w.faults++ // a page that is neither in use nor free would never be scrubbed
		}
	}
}

// bounds are the keys a page may hold: from low on, and below high. Nil means
// that there is no bound.
type bounds struct{ low, high []byte }

func (b bounds) hold(key []byte) bool {
	return bytes.Compare(key, b.low) >= 0 && (b.high == nil || bytes.Compare(key, b.high) < 0)
}

// tree walks the pages from id downwards. The root tree has no bucket name.
func (w *walk) tree(id uint64, bucket string, within bounds) {
	page, ok := w.page(id)
	if !ok {
		return
	}
	switch machine.Uint16(page[8:]) {
	case flagLeaf:
		w.leaf(page, bucket, within)
	case flagBranch:
		w.branch(page, bucket, within)
	default:
		w.faults++
	}
}

// page reads a page that nothing else has led to yet, with its overflow.
func (w *walk) page(id uint64) ([]byte, bool) {
	if id < 2 || id >= w.meta.pages || w.used[id] {
		w.faults++
		return nil, false
	}
	page := make([]byte, w.meta.pageSize)
	if !w.read(page, id) || machine.Uint64(page) != id {
		w.faults++
		return nil, false
	}
	overflow := uint64(machine.Uint32(page[12:]))
	if overflow >= w.meta.pages-id {
		w.faults++
		return nil, false
	}
	for i := id; i <= id+overflow; i++ {
		if w.used[i] {
			w.faults++
		}
		w.used[i] = true
	}
	if overflow > 0 {
		page = append(page, make([]byte, int64(overflow)*w.meta.pageSize)...)
		if !w.read(page[w.meta.pageSize:], id+1) {
			w.faults++
			return nil, false
		}
	}
	return page, true
}

func (w *walk) read(b []byte, id uint64) bool {
	_, err := w.f.ReadAt(b, int64(id)*w.meta.pageSize)
	return err == nil
}

func (w *walk) branch(page []byte, bucket string, within bounds) {
	l := w.layout(page)
	if l.count == 0 {
		w.faults++
	}
	keys := make([][]byte, l.count+1)
	children := make([]uint64, l.count)
	for i := range l.count {
		e := page[pageHeader+i*element:]
		keys[i] = l.cut(i, machine.Uint32(e), machine.Uint32(e[4:]))
		children[i] = machine.Uint64(e[8:])
	}
	l.end()
	keys[l.count] = within.high
	last := within.low
	for i, child := range children {
		w.order(i, last, keys[i], within)
		last = keys[i]
		w.tree(child, bucket, bounds{low: keys[i], high: keys[i+1]})
	}
}

func (w *walk) leaf(page []byte, bucket string, within bounds) {
	l := w.layout(page)
	last := within.low
	for i := range l.count {
		e := page[pageHeader+i*element:]
		keySize, valueSize := machine.Uint32(e[8:]), machine.Uint32(e[12:])
		key := l.cut(i, machine.Uint32(e[4:]), keySize)
		value := l.more(valueSize)
		if key == nil || value == nil {
			continue
		}
		w.order(i, last, key, within)
		last = key
		isBucket := machine.Uint32(e)&flagBucket != 0
		switch {
		case isBucket != (bucket == ""): // there are buckets at the top and nowhere else
			w.faults++
		case isBucket:
			w.bucket(string(key), value)
		default:
			w.visit(bucket, key, value)
		}
	}
	l.end()
}

// order checks the key of element i against the one before it, or the least key
// the page may hold, and against the page's bounds.
func (w *walk) order(i int, last, key []byte, within bounds) {
	if c := bytes.Compare(key, last); c < 0 || c == 0 && i > 0 || !within.hold(key) {
		w.faults++
	}
}

// bucket walks a bucket: its pages, or the one that lies within its header.
func (w *walk) bucket(name string, value []byte) {
	w.names = append(w.names, name)
	switch {
	case len(value) < bucketHeader:
		w.faults++
	case machine.Uint64(value) != 0:
		w.tree(machine.Uint64(value), name, bounds{})
	case len(value) < bucketHeader+pageHeader || machine.Uint16(value[bucketHeader+8:]) != flagLeaf:
		w.faults++
	default:
		w.leaf(value[bucketHeader:], name, bounds{})
	}
}

// freelist marks the pages that are free. No page may be both free and in use,
// or free twice: bbolt would write over it.
func (w *walk) freelist() {
	if w.meta.freelist == noFreelist {
		w.faults++
		return
	}
	page, ok := w.page(w.meta.freelist)
	if !ok {
		return
	}
	ids := page[pageHeader:]
	count := uint64(machine.Uint16(page[10:]))
	if count == 0xFFFF {
		count, ids = machine.Uint64(ids), ids[8:]
	}
	if machine.Uint16(page[8:]) != flagFreelist || count > uint64(len(ids)/8) {
		w.faults++
		return
	}
	for i := range count {
		id := machine.Uint64(ids[8*i:])
		if id < 2 || id >= w.meta.pages || w.used[id] {
			w.faults++
			continue
		}
		w.used[id] = true
		w.free++
	}
}
