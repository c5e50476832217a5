package actors

import (
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// historyPages caches pages of a room's history, encoded, so that all readers share
// their bytes. The pages are dropped when the history changes, and when nobody has
// read for a while.
type historyPages struct {
	inbox inbox

	pages      []historyPage // the newest last
	timer      *time.Timer   // nil if there are no pages
	generation int           // of the timer
}

type historyPage struct {
	before, limit int
	event         []byte
}

const (
	// maxHistoryPages is how many pages are cached: as many as one reader asks for who
	// goes through the whole history.
	maxHistoryPages = 5
	// historyIdleTime is how long they are cached after the last reader.
	historyIdleTime = 10 * time.Second
)

// page returns the part of the history that a request asks for, as an encoded event.
func (p *historyPages) page(room *poker.Room, before, limit int) []byte {
	p.generation++
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = p.inbox.after(historyIdleTime, historyIdle{p.generation})
	for _, known := range p.pages {
		if known.before == before && known.limit == limit {
			return known.event
		}
	}
	event := protocol.EncodeHistory(room.ID(), room.History(), before, limit)
	p.pages = append(p.pages, historyPage{before, limit, event})
	if len(p.pages) > maxHistoryPages {
		p.pages = p.pages[1:]
	}
	return event
}

// drop forgets all pages and stops the timer.
func (p *historyPages) drop() {
	p.pages = nil
	p.generation++
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

// idle drops the pages if nobody has read since the timer of that generation was set.
func (p *historyPages) idle(generation int) {
	if generation == p.generation {
		p.drop()
	}
}

func (p *historyPages) empty() bool { return p.timer == nil }
