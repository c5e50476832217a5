package actors

import (
	"time"

	"example.com/pokey/protocol"
)

// pages is what has been read of a room's history of late, encoded. Readers share
// the bytes of a page, however many they are. It is dropped when the history
// changes, and when nobody has read for a while.
type pages struct {
	kept  []encodedPage // the newest last
	timer *time.Timer
	turn  int // which setting of the timer counts
}

type encodedPage struct {
	before, limit int
	event         []byte
}

// pagesIdle comes when nobody has read the history for a while.
type pagesIdle struct{ turn int }

const (
	// maxPages is how many pages are kept: those of a history that is read by
	// somebody who goes through all of it.
	maxPages = 5
	// pagesFor is how long they are kept after the last reader.
	pagesFor = 10 * time.Second
)

func (p *pages) drop() {
	p.kept = nil
	p.turn++
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

func (p *pages) idle(m pagesIdle) {
	if m.turn == p.turn {
		p.drop()
	}
}

func (a *roomActor) history(m command, r protocol.History) {
	if !a.room.Has(m.user) {
		a.refuse(m.asked, protocol.NotMember)
		return
	}
	a.after(func(bool) {
		a.accept(m.asked, protocol.OK{})
		a.send(m.conn, deliverEvent{event: a.page(r.Before, r.Limit)})
	})
}

// page is the part of the history that a request asks for.
func (a *roomActor) page(before, limit int) []byte {
	p := &a.pages
	p.turn++
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = a.sys.sendAfter(pagesFor, a.self, pagesIdle{p.turn})
	for _, k := range p.kept {
		if k.before == before && k.limit == limit {
			return k.event
		}
	}
	event := protocol.EncodeHistory(a.id, a.room.History(), before, limit)
	p.kept = append(p.kept, encodedPage{before, limit, event})
	if len(p.kept) > maxPages {
		p.kept = p.kept[1:]
	}
	return event
}
