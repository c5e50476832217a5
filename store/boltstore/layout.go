package boltstore

import "bytes"

// layout cuts a page into the keys and values of its elements. They lie one after
// the other behind the last element, so that a count or a size that has changed
// shows.
type layout struct {
	w     *walk
	page  []byte
	count int
	at    int // where the next key or value has to begin
}

func (w *walk) layout(page []byte) *layout {
	l := &layout{w: w, page: page, count: int(machine.Uint16(page[10:]))}
	if room := (len(page) - pageHeader) / element; l.count > room {
		w.faults++
		l.count = room
	}
	l.at = pageHeader + l.count*element
	return l
}

// cut returns the key of element i, which gives its position and size.
func (l *layout) cut(i int, position, size uint32) []byte {
	from := pageHeader + i*element + int(position)
	if from != l.at {
		l.w.faults++
	}
	if from > len(l.page) {
		return nil
	}
	l.at = from
	return l.more(size)
}

// more returns what follows. It is nil if that does not lie within the page.
func (l *layout) more(size uint32) []byte {
	from, until := l.at, l.at+int(size)
	if until > len(l.page) {
		l.w.faults++
		return nil
	}
	l.at = until
	return l.page[from:until:until]
}

// end checks that an empty page is one.
func (l *layout) end() {
	if l.count == 0 && len(bytes.Trim(l.page[pageHeader:], "\x00")) > 0 {
		l.w.faults++
	}
}
