package protocol

import (
	"slices"

	"example.com/pokey/poker"
)

// The people of a room: its members, and who waits to be let in.

// members walks both lists at once. Both are sorted by id.
func (d *delta) members(was, is *poker.Snapshot) {
	s := d.enter("members", d.full)
	old, now := was.Members, is.Members
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(old) > 0 && len(now) > 0 && old[0].ID == now[0].ID:
			if old[0] != now[0] || was.Revealed != is.Revealed {
				d.member(&old[0], &now[0], was.Revealed, is.Revealed)
			}
			old, now = old[1:], now[1:]
		case len(now) == 0 || len(old) > 0 && old[0].ID < now[0].ID:
			d.null(string(old[0].ID))
			old = old[1:]
		default:
			d.member(nil, &now[0], false, is.Revealed)
			now = now[1:]
		}
	}
	d.leave(s)
}

// member writes a member; was is nil for a new one. What is hidden is as if it were not
// there.
func (d *delta) member(was, is *poker.MemberView, wasRevealed, isRevealed bool) {
	s := d.enter(string(is.ID), was == nil)
	if was == nil {
		was = &poker.MemberView{}
	}
	d.text("name", was.Name, is.Name)
	d.flag("named", was.Unnamed, is.Unnamed, false)
	d.mark(was.Mark, is.Mark)
	d.text("role", string(was.Role), string(is.Role))
	d.boolean("online", was.Online, is.Online)
	d.boolean("estimated", was.Estimated, is.Estimated)
	d.optionalInteger("ahead", was.Ahead, is.Ahead)
	d.flag("deputy", was.Deputy, is.Deputy, true)
	d.flag("standIn", was.StandIn, is.StandIn, true)
	before, after := was.Vote, is.Vote
	if !wasRevealed {
		before = nil
	}
	if !isRevealed {
		after = nil
	}
	d.vote(before, after)
	d.leave(s)
}

func (d *delta) vote(was, is *poker.Vote) {
	switch {
	case is == nil && was == nil:
	case is == nil:
		d.null("estimate")
	default:
		s := d.enter("estimate", was == nil)
		if was == nil {
			was = &poker.Vote{}
		}
		d.text("value", was.Value, is.Value)
		d.text("comment", was.Comment, is.Comment)
		d.leave(s)
	}
}

// waiting is an array, absent if nobody waits.
func (d *delta) waiting(was, is []poker.WaiterView) {
	switch {
	case slices.Equal(was, is):
		return
	case len(is) == 0:
		d.null("waiting")
		return
	}
	d.name("waiting")
	d.out = append(d.out, '[')
	for i, w := range is {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = append(d.out, `{"userId":`...)
		d.out = appendQuoted(d.out, string(w.ID))
		d.optionalText("name", "", w.Name)
		d.flag("named", false, w.Unnamed, false)
		d.mark(poker.Mark{}, w.Mark)
		d.out = append(d.out, '}')
	}
	d.out = append(d.out, ']')
}

func (d *delta) mark(was, is poker.Mark) {
	d.optionalText("colour", was.Colour, is.Colour)
	d.optionalText("emoji", was.Emoji, is.Emoji)
}
