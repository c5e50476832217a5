package actors

import (
	"hash/maphash"
	"slices"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

// storedParts says what parts of a room the store has, as far as needed to tell what has
// changed.
type storedParts struct {
	all  bool              // the store may have none of the parts
	sums map[string]uint64 // the parts that the store has or may have, with their checksums
	gone []string          // the parts that the commit under way removes
	odd  []string          // parts that were found and do not fit the room

	settings poker.State // of which only the settings and topics count
	undo     undoPart
	rounds   []poker.Finished     // of the history
	voted    map[poker.UserID]int // the rounds of the estimates in members' parts
}

// sumSeed seeds the checksums. Two parts that differ have the same one once in 2^64.
var sumSeed = maphash.MakeSeed()

// remember keeps what later changes are compared with.
func (p *storedParts) remember(s *poker.State) {
	p.settings = poker.State{
		Epoch: s.Epoch, Owner: s.Owner, CreatedAt: s.CreatedAt,
		Topic: s.Topic, Topics: s.Topics, Deck: s.Deck, Options: s.Options, Banned: slices.Clone(s.Banned),
	}
	p.undo = undoPartOf(s)
}

// undoPart is what an undo would restore, as far as it is a part of its own.
type undoPart struct {
	undoable bool
	topic    poker.Story
	which    record.Before_Topics
	topics   []poker.Story
}

func undoPartOf(s *poker.State) undoPart {
	if !record.Undoable(s) {
		return undoPart{}
	}
	return undoPart{true, s.Undo.Topic, record.UndoTopics(s), s.Undo.Topics}
}

func (p undoPart) same(o undoPart) bool {
	return p.undoable == o.undoable && p.topic == o.topic && p.which == o.which &&
		(p.which != record.Before_OWN || record.Same(p.topics, o.topics))
}

// partChanges collects the parts that one commit writes.
type partChanges struct {
	stored *storedParts
	parts  []record.Part
}

// put writes a part if it differs, and removes it if it is empty.
func (c *partChanges) put(name string, data []byte) {
	sum := maphash.Bytes(sumSeed, data)
	switch was, there := c.stored.sums[name]; {
	case len(data) == 0 && there:
		c.remove(name)
	case len(data) > 0 && (c.stored.all || !there || was != sum):
		c.stored.sums[name] = sum
		c.parts = append(c.parts, record.Part{Name: name, Data: data})
	}
}

// has reports whether the store has or may have a part.
func (c *partChanges) has(name string) bool {
	_, there := c.stored.sums[name]
	return there
}

func (c *partChanges) remove(name string) {
	c.stored.gone = append(c.stored.gone, name)
	c.parts = append(c.parts, record.Part{Name: name})
}

// settings writes the settings, the topics, and what an undo would restore.
func (c *partChanges) settings(s *poker.State) {
	was := &c.stored.settings
	if c.stored.all || was.Epoch != s.Epoch || was.Owner != s.Owner || was.CreatedAt != s.CreatedAt || was.Topic != s.Topic ||
		was.Options != s.Options || was.Deck.Name != s.Deck.Name || !record.Same(was.Deck.Cards, s.Deck.Cards) || !record.Same(was.Banned, s.Banned) {
		c.put(record.SettingsPart, record.EncodeSettings(s))
	}
	if c.stored.all || !record.Same(was.Topics, s.Topics) {
		c.put(record.TopicsPart, record.EncodeTopics(s))
	}
	if c.stored.all || !c.stored.undo.same(undoPartOf(s)) {
		c.put(record.UndoPart, record.EncodeUndo(s))
	}
}

func (c *partChanges) member(s *poker.State, u poker.UserID, r record.Requests) {
	data, round := record.EncodeMember(s, u, r)
	c.put(record.MemberPart(u), data)
	if ahead := record.EncodeAhead(s, u); ahead != nil || c.has(record.AheadPart(u)) {
		c.put(record.AheadPart(u), ahead)
	}
	if round != 0 {
		c.stored.voted[u] = round
	} else {
		delete(c.stored.voted, u)
	}
}

// history writes the rounds that have changed: mostly one, however many there are.
func (c *partChanges) history(rounds []poker.Finished) {
	if was := c.stored.rounds; !c.stored.all && len(was) == len(rounds) && (len(was) == 0 || &was[0] == &rounds[0]) {
		return // the same list, which never changes in place
	}
	was := make(map[int]poker.Finished, len(c.stored.rounds))
	for _, f := range c.stored.rounds {
		was[f.Round] = f
	}
	for _, f := range rounds {
		if old, there := was[f.Round]; c.stored.all || !there || !sameRound(old, f) {
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
	c.stored.rounds = rounds
}

// removeRound removes the parts of a round, from one of them on.
func (c *partChanges) removeRound(round, from int) {
	for ; ; from++ {
		name := record.RoundPart(round, from)
		if !c.has(name) {
			return
		}
		c.remove(name)
	}
}

// tidy removes the parts that do not fit the room and, if all parts are written, those
// that are not among them.
func (c *partChanges) tidy() {
	odd := c.stored.odd
	if c.stored.all {
		for name := range c.stored.sums {
			odd = append(odd, name)
		}
	}
	c.stored.odd = nil
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

// sameRound compares two rounds. It relies on a round's estimates never changing in place.
func sameRound(a, b poker.Finished) bool {
	return a.Round == b.Round && a.At == b.At && a.Topic == b.Topic && a.Agreed == b.Agreed && a.Hidden == b.Hidden &&
		a.RevealedBy == b.RevealedBy && a.Deck.Name == b.Deck.Name && record.Same(a.Deck.Cards, b.Deck.Cards) && record.Same(a.Votes, b.Votes)
}
