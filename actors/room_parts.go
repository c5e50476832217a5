package actors

import (
	"hash/maphash"
	"slices"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// partWriter tells which parts of a room's record a commit must write. A commit writes
// the record, which is small, and those parts that differ from what was written last.
//
// After a commit that failed it is not known what the store has, and all parts are
// written again. A commit that a shared store may have carried out is repeated as it is.
//
// The part of a member may contain an estimate of a past round, which the next estimate
// mostly replaces. A timer makes sure that it does not stay longer than erasePause.
type partWriter struct {
	// given
	inbox inbox

	// state
	stored  storedParts
	touched map[poker.UserID]struct{} // users whose parts may differ
	erasure *time.Timer               // until estimates of past rounds are erased
	aged    agedVotes
}

// agedVotes is what was found when voted was last searched for estimates of past rounds.
type agedVotes struct {
	round    int  // in this round,
	undoable bool // and while this was so,
	stale    bool // there were some
}

// erasePause is how long an estimate of a past round may stay in the part of a member.
const erasePause = 5 * time.Second

func newPartWriter(i inbox) *partWriter {
	return &partWriter{
		inbox: i, touched: map[poker.UserID]struct{}{},
		stored: storedParts{all: true, sums: map[string]uint64{}, voted: map[poker.UserID]int{}},
	}
}

// found notes which parts the store has.
func (w *partWriter) found(parts []record.Part) {
	for _, p := range parts {
		w.stored.sums[p.Name] = maphash.Bytes(sumSeed, p.Data)
	}
}

// loaded notes what these parts contain.
func (w *partWriter) loaded(s *poker.State, l *record.Loaded) {
	w.stored.all, w.stored.odd, w.stored.voted = false, l.Odd, l.Voted
	w.stored.remember(s)
	w.stored.settings.Topics = l.State.Topics // perhaps without ids
	w.stored.rounds = l.State.History
	for i, f := range w.stored.rounds { // share the lists, so that comparing them is quick
		at := slices.IndexFunc(s.History, func(g poker.Finished) bool { return g.Round == f.Round })
		if at >= 0 && sameRound(f, s.History[at]) {
			w.stored.rounds[i] = s.History[at]
		}
	}
}

// touch says that a user's part may differ from what the store has.
func (w *partWriter) touch(u poker.UserID) { w.touched[u] = struct{}{} }

// written says how the commit ended.
func (w *partWriter) written(err error) {
	w.stored.all = err != nil
	if err == nil {
		for _, name := range w.stored.gone {
			delete(w.stored.sums, name)
		}
	}
	w.stored.gone = nil
}

// changes returns the parts to write so that the store has the room as it is.
func (w *partWriter) changes(room *poker.Room, recent recentRequests) []record.Part {
	s := room.State()
	c := partChanges{stored: &w.stored}
	room.TakeChanged(w.touch)
	if w.stored.all {
		for u := range s.Members {
			w.touch(u)
		}
		for u := range recent {
			w.touch(u)
		}
	}
	c.settings(s)
	for u := range w.touched {
		c.member(s, u, recent[u])
	}
	clear(w.touched)
	c.history(s.History)
	c.tidy()
	w.stored.remember(s)
	if w.erasure == nil && w.stale(s) {
		w.erasure = w.inbox.after(erasePause, erase{})
	}
	return c.parts
}

// stale reports whether members' parts contain estimates of past rounds.
func (w *partWriter) stale(s *poker.State) bool {
	if undoable := record.Undoable(s); w.aged.round != s.Round || w.aged.undoable != undoable {
		w.aged = agedVotes{round: s.Round, undoable: undoable}
		for _, round := range w.stored.voted {
			w.aged.stale = w.aged.stale || !stillCounts(s, round)
		}
	}
	return w.aged.stale
}

// erase has the next commit write these parts without such estimates. It reports whether
// there are any.
func (w *partWriter) erase(s *poker.State) (some bool) {
	w.stop()
	for u, round := range w.stored.voted {
		if !stillCounts(s, round) {
			w.touch(u)
			some = true
		}
	}
	w.aged.stale = false
	return some
}

func stillCounts(s *poker.State, round int) bool {
	return round == s.Round || round == s.Round-1 && record.Undoable(s)
}

// erasing reports whether the timer runs.
func (w *partWriter) erasing() bool { return w.erasure != nil }

// stop stops the timer.
func (w *partWriter) stop() {
	if w.erasure != nil {
		w.erasure.Stop()
		w.erasure = nil
	}
}
