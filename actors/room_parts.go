package actors

import (
	"hash/maphash"
	"slices"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// keptParts is what the store has of a room, as far as it takes to write no more than
// what has changed. A commit writes the room's record, which is small, and the
// parts that differ from what was written last.
//
// After a commit that failed it is not known what the store has, and all of it is
// written again. One that a shared store may have carried out is repeated as it is.
type keptParts struct {
	all   bool                      // the store may have nothing of this
	parts map[string]uint64         // the parts that it has or may have, with sums over them
	gone  []string                  // those of them that the commit under way removes
	odd   []string                  // those of them that do not belong there
	due   map[poker.UserID]struct{} // whose parts may differ

	settings poker.State // of which it has the settings and topics
	before   before
	rounds   []poker.Finished     // as they are in the room's history
	voted    map[poker.UserID]int // the rounds of the estimates in members' parts
	aged     struct {             // what was found when voted was gone through last:
		round    int  // in this round,
		undoable bool // and while this was so,
		stale    bool // there were estimates of rounds that are over
	}
}

func newKept() keptParts {
	return keptParts{all: true, parts: map[string]uint64{}, due: map[poker.UserID]struct{}{}, voted: map[poker.UserID]int{}}
}

// sums tell parts apart. Two that differ have the same sum once in 2^64.
var sums = maphash.MakeSeed()

// found takes in what parts there are.
func (k *keptParts) found(parts []record.Part) {
	for _, p := range parts {
		k.parts[p.Name] = maphash.Bytes(sums, p.Data)
	}
}

// loaded takes in what they say.
func (k *keptParts) loaded(s *poker.State, l *record.Loaded) {
	k.all, k.odd, k.voted = false, l.Odd, l.Voted
	k.remember(s)
	k.rounds = l.State.History
	for i, f := range k.rounds { // what is the same is to be told quickly
		at := slices.IndexFunc(s.History, func(g poker.Finished) bool { return g.Round == f.Round })
		if at >= 0 && sameRound(f, s.History[at]) {
			k.rounds[i] = s.History[at]
		}
	}
}

// touch says that a user's part may differ from what the store has.
func (k *keptParts) touch(u poker.UserID) { k.due[u] = struct{}{} }

// written takes in how the commit has ended.
func (k *keptParts) written(err error) {
	if err != nil {
		k.all = true
	} else {
		k.all = false
		for _, name := range k.gone {
			delete(k.parts, name)
		}
	}
	k.gone = nil
}

// changes are the parts to write so that the store has what the room is.
func (k *keptParts) changes(room *poker.Room, r recent) []record.Part {
	s := room.State()
	c := changes{keptParts: k}
	for _, u := range room.TakeChanged() {
		k.touch(u)
	}
	if k.all {
		for u := range s.Members {
			k.touch(u)
		}
		for u := range r {
			k.touch(u)
		}
	}
	c.seldom(s)
	for u := range k.due {
		c.member(s, u, r[u])
	}
	clear(k.due)
	c.history(s.History)
	c.tidy()
	k.remember(s)
	return c.parts
}

// remember keeps what later changes are told by.
func (k *keptParts) remember(s *poker.State) {
	k.settings = poker.State{
		Epoch: s.Epoch, Owner: s.Owner, CreatedAt: s.CreatedAt,
		Topic: s.Topic, Topics: s.Topics, Deck: s.Deck, Options: s.Options, Banned: slices.Clone(s.Banned),
	}
	k.before = beforeOf(s)
}

// before is what the store has apart of what an undo would bring back.
type before struct {
	undoable bool
	topic    string
	which    record.Before_Topics
	topics   []string
}

func beforeOf(s *poker.State) before {
	if !record.Undoable(s) {
		return before{}
	}
	return before{true, s.Undo.Topic, record.UndoTopics(s), s.Undo.Topics}
}

func (b before) same(o before) bool {
	return b.undoable == o.undoable && b.topic == o.topic && b.which == o.which &&
		(b.which != record.Before_OWN || record.Same(b.topics, o.topics))
}

// stale says that members' parts hold estimates that count for nothing any more.
func (k *keptParts) stale(s *poker.State) bool {
	if undoable := record.Undoable(s); k.aged.round != s.Round || k.aged.undoable != undoable {
		k.aged.round, k.aged.undoable, k.aged.stale = s.Round, undoable, false
		for _, round := range k.voted {
			k.aged.stale = k.aged.stale || !stillCounts(s, round)
		}
	}
	return k.aged.stale
}

// eraseStale has them written without, and reports whether there are any.
func (k *keptParts) eraseStale(s *poker.State) (some bool) {
	for u, round := range k.voted {
		if !stillCounts(s, round) {
			k.touch(u)
			some = true
		}
	}
	k.aged.stale = false
	return some
}

func stillCounts(s *poker.State, round int) bool {
	return round == s.Round || round == s.Round-1 && record.Undoable(s)
}

// changes collects the parts of one commit.
type changes struct {
	*keptParts
	parts []record.Part
}

// put writes a part if it differs, and removes one that is empty.
func (c *changes) put(name string, data []byte) {
	sum := maphash.Bytes(sums, data)
	switch was, there := c.keptParts.parts[name]; {
	case len(data) == 0 && there:
		c.remove(name)
	case len(data) > 0 && (c.all || !there || was != sum):
		c.keptParts.parts[name] = sum
		c.parts = append(c.parts, record.Part{Name: name, Data: data})
	}
}

func (c *changes) remove(name string) {
	c.gone = append(c.gone, name)
	c.parts = append(c.parts, record.Part{Name: name})
}

// seldom writes the settings, the topics, and those that an undo would bring back.
func (c *changes) seldom(s *poker.State) {
	was := &c.settings
	if c.all || was.Epoch != s.Epoch || was.Owner != s.Owner || was.CreatedAt != s.CreatedAt || was.Topic != s.Topic ||
		was.Options != s.Options || was.Deck.Name != s.Deck.Name || !record.Same(was.Deck.Cards, s.Deck.Cards) || !record.Same(was.Banned, s.Banned) {
		c.put(record.SettingsPart, record.EncodeSettings(s))
	}
	if c.all || !record.Same(was.Topics, s.Topics) {
		c.put(record.TopicsPart, record.EncodeTopics(s))
	}
	if c.all || !c.before.same(beforeOf(s)) {
		c.put(record.UndoPart, record.EncodeUndo(s))
	}
}

func (c *changes) member(s *poker.State, u poker.UserID, r record.Requests) {
	data, round := record.EncodeMember(s, u, r)
	c.put(record.MemberPart(u), data)
	if round != 0 {
		c.voted[u] = round
	} else {
		delete(c.voted, u)
	}
}

// history writes the rounds that have changed, mostly one, however many there are.
func (c *changes) history(rounds []poker.Finished) {
	if !c.all && slices.EqualFunc(c.rounds, rounds, sameRound) {
		return
	}
	was := make(map[int]poker.Finished, len(c.rounds))
	for _, f := range c.rounds {
		was[f.Round] = f
	}
	for _, f := range rounds {
		if old, there := was[f.Round]; c.all || !there || !sameRound(old, f) {
			pieces := record.EncodeRound(&f)
			for _, p := range pieces {
				c.put(p.Name, p.Data)
			}
			c.removeRound(f.Round, len(pieces))
		}
		delete(was, f.Round)
	}
	for round := range was {
		c.removeRound(round, 0)
	}
	c.rounds = slices.Clone(rounds)
}

// removeRound removes the parts of a round from one of them on.
func (c *changes) removeRound(round, from int) {
	for ; ; from++ {
		name := record.RoundPart(round, from)
		if _, there := c.keptParts.parts[name]; !there {
			return
		}
		c.remove(name)
	}
}

// tidy removes what does not belong there: what is odd, and everything but what
// was written if all of it was.
func (c *changes) tidy() {
	odd := c.odd
	if c.all {
		for name := range c.keptParts.parts {
			odd = append(odd, name)
		}
	}
	c.odd = nil
	if len(odd) == 0 {
		return
	}
	done := make(map[string]bool, len(c.parts))
	for _, p := range c.parts {
		done[p.Name] = true
	}
	for _, name := range odd {
		if !done[name] {
			done[name] = true
			c.remove(name)
		}
	}
}

// sameRound knows that a round's estimates are never changed in place.
func sameRound(a, b poker.Finished) bool {
	return a.Round == b.Round && a.At == b.At && a.Topic == b.Topic && a.Agreed == b.Agreed && a.Hidden == b.Hidden &&
		a.RevealedBy == b.RevealedBy && a.Deck.Name == b.Deck.Name && record.Same(a.Deck.Cards, b.Deck.Cards) && record.Same(a.Votes, b.Votes)
}
