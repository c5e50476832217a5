package history

import "slices"

// ledger holds a room's requests so that a read can be compared with them.
type ledger struct {
	clears    []*Op
	turns     []*Op // reveals and hides
	joins     []*Op
	topics    []*Op
	estimates map[string][]*Op // by user; withdrawals too
}

func newLedger(r *room) ledger {
	l := ledger{estimates: make(map[string][]*Op)}
	for _, op := range r.ops {
		switch op.Kind {
		case Clear:
			l.clears = append(l.clears, op)
		case Reveal, Hide:
			l.turns = append(l.turns, op)
		case Estimate, Withdraw:
			l.estimates[op.User] = append(l.estimates[op.User], op)
		case Join:
			l.joins = append(l.joins, op)
		case SetTopic:
			l.topics = append(l.topics, op)
		}
	}
	return l
}

// checkDurable compares every read of a room with what was acknowledged before
// it and what was asked for by its end. It is called with mu held.
func (h *History) checkDurable(r *room) {
	l := newLedger(r)
	for _, read := range r.reads {
		if read.own != nil {
			if h.checkRound(r, l, read, read.own.Round) {
				h.checkEstimate(r, l, read, read.own.Round, read.user, held{read.own.Given, true, read.own.Value, read.own.Comment})
			}
			continue
		}
		if !h.checkRound(r, l, read, read.room.Round) {
			continue
		}
		h.checkRevealed(r, l, read)
		h.checkTopic(r, l, read)
		for user := range l.estimates {
			m := read.room.Members[user]
			h.checkEstimate(r, l, read, read.room.Round, user, held{m.Estimated, m.Shown, m.Value, m.Comment})
		}
		h.checkMembers(r, l, read)
	}
}

// checkRound compares the round with the clears, each of which counts once.
func (h *History) checkRound(r *room, l ledger, read read, round int) bool {
	least, most, excused := 1, 1, 1
	for _, op := range l.clears {
		if op.Outcome == Durable && op.Return < read.call {
			least++
		}
		if op.Call > read.at {
			continue
		}
		if op.Outcome != Refused {
			most++
			excused++
		} else if op.Sent > 1 {
			excused++
		}
	}
	switch {
	case round < least:
		h.fault(Fault{Kind: Lost, Room: r.id}, "round %d after %d acknowledged clears", round, least-1)
	case round > excused:
		h.fault(Fault{Kind: Doubled, Room: r.id}, "round %d after at most %d clears", round, most-1)
	case round > most:
		h.fault(Fault{Kind: Misreported, Room: r.id}, "round %d after at most %d clears and some sent again and refused", round, most-1)
	default:
		return true
	}
	return false
}

// may reports whether an operation may have had its effect in the round before
// the read was over.
func (read read) may(op *Op, round int) bool {
	return (op.Round == 0 || op.Round == round) && op.Call <= read.at && (op.Outcome != Refused || op.Sent > 1)
}

// must reports whether it had it in the round before the read began.
func (read read) must(op *Op, round int) bool {
	return op.Outcome == Durable && op.Round == round && op.Return < read.call
}

// standing returns those of ops that may be the last one in effect in the round,
// and whether there must be one.
func (read read) standing(ops []*Op, round int) (last []*Op, some bool) {
	var newest int64 // call of the newest that must have had its effect
	for _, op := range ops {
		if read.must(op, round) {
			newest, some = max(newest, op.Call), true
		}
	}
	for _, op := range ops {
		overtaken := some && op.Outcome != Unknown && op.Return < newest
		if read.may(op, round) && !overtaken {
			last = append(last, op)
		}
	}
	return last, some
}

// checkTopic compares the topic with those that were asked for.
func (h *History) checkTopic(r *room, l ledger, read read) {
	asked := func(ops []*Op) bool {
		return slices.ContainsFunc(ops, func(op *Op) bool { return op.Value == read.room.Topic })
	}
	last, some := read.standing(l.topics, 0)
	switch {
	case asked(last) || !some && read.room.Topic == "":
	case asked(l.topics) || read.room.Topic == "":
		h.fault(Fault{Kind: Lost, Room: r.id}, "topic %q, which an acknowledged one replaced", read.room.Topic)
	default:
		h.fault(Fault{Kind: Invented, Room: r.id}, "topic %q", read.room.Topic)
	}
}

// checkRevealed compares the revealed flag with the reveals and hides.
func (h *History) checkRevealed(r *room, l ledger, read read) {
	last, some := read.standing(l.turns, read.room.Round)
	reveal := slices.ContainsFunc(last, func(op *Op) bool { return op.Kind == Reveal })
	hide := !some || slices.ContainsFunc(last, func(op *Op) bool { return op.Kind == Hide })
	switch {
	case read.room.Revealed && !reveal:
		h.fault(Fault{Kind: Unasked, Room: r.id, Round: read.room.Round}, "found revealed")
	case !read.room.Revealed && !hide:
		h.fault(Fault{Kind: Lost, Room: r.id, Round: read.room.Round}, "an acknowledged reveal")
	}
	h.checkLooked(r, l, read)
}

// checkLooked compares who is said to have revealed the round with the reveals: what
// a hide leaves of one.
func (h *History) checkLooked(r *room, l ledger, read read) {
	round, must, may := read.room.Round, false, false
	for _, op := range l.turns {
		if op.Kind == Reveal {
			must = must || read.must(op, round)
			may = may || read.may(op, round)
		}
	}
	switch {
	case must && read.room.RevealedBy == "":
		h.fault(Fault{Kind: Lost, Room: r.id, Round: round}, "who has revealed the round")
	case !may && read.room.RevealedBy != "":
		h.fault(Fault{Kind: Unasked, Room: r.id, Round: round}, "found revealed before, by %s", read.room.RevealedBy)
	}
}

// held is a user's estimate according to a read.
type held struct {
	there bool
	known bool // whether value and comment are given
	value string
	note  string
}

func (e held) is(op *Op) bool {
	return op.Kind == Estimate && (!e.known || op.Value == e.value && op.Comment == e.note)
}

// checkEstimate compares a user's estimate with what they submitted.
func (h *History) checkEstimate(r *room, l ledger, read read, round int, user string, found held) {
	ops := l.estimates[user]
	last, some := read.standing(ops, round)
	if !found.there {
		if some && !slices.ContainsFunc(last, func(op *Op) bool { return op.Kind == Withdraw }) {
			h.fault(Fault{Kind: Lost, Room: r.id, User: user, Round: round}, "an acknowledged estimate")
		}
		return
	}
	if slices.ContainsFunc(last, found.is) {
		return
	}
	kind := Invented
	if i := slices.IndexFunc(ops, found.is); i >= 0 {
		kind = Doubled // it was submitted, but for another round
		if ops[i].Round == round && some {
			kind = Lost // what was acknowledged after it
		}
	}
	h.fault(Fault{Kind: kind, Room: r.id, User: user, Round: round}, "found estimate %q", found.value)
}

// checkMembers checks that all members whose joining was acknowledged are there;
// members never leave in these games.
func (h *History) checkMembers(r *room, l ledger, read read) {
	for _, op := range l.joins {
		if op.Outcome != Durable || op.Return >= read.call {
			continue
		}
		if _, there := read.room.Members[op.User]; !there {
			h.fault(Fault{Kind: Lost, Room: r.id, User: op.User}, "the member")
		}
	}
}
