package protocol

import (
	"slices"
	"strconv"

	"example.com/pokey/poker"
)

// AppendStatus appends the whole roomStatus message for s. It has estimates only if
// s is revealed.
func AppendStatus(dst []byte, s *poker.Snapshot) []byte {
	d := delta{out: append(dst, `{"event":"roomStatus"`...), full: true}
	d.text("roomId", "", string(s.ID))
	d.integer("version", 0, int(s.Version))
	room := d.enter("room", true)
	d.room(&poker.Snapshot{}, s)
	d.leave(room)
	return append(d.out, '}')
}

// AppendPatch appends the roomPatch message that leads from prev to next. It returns
// dst unchanged, and false, if there is no such message:
//
//   - the summary gets a null, which a merge patch cannot set;
//   - prev and next are not an older and a newer version of one epoch of one room;
//   - the message would not be smaller than the whole status.
func AppendPatch(dst []byte, prev, next *poker.Snapshot) ([]byte, bool) {
	if !patchable(prev, next) {
		return dst, false
	}
	out := appendPatch(dst, prev, next)
	if size := len(out) - len(dst); size >= leastStatus(next) && size >= len(AppendStatus(nil, next)) {
		return dst, false
	}
	return out, true
}

func appendPatch(dst []byte, prev, next *poker.Snapshot) []byte {
	d := delta{out: append(dst, `{"event":"roomPatch"`...), full: true}
	d.text("roomId", "", string(next.ID))
	d.integer("since", 0, int(prev.Version))
	d.integer("version", 0, int(next.Version))
	patch := d.enter("patch", false)
	d.room(prev, next)
	d.leave(patch)
	return append(d.out, '}')
}

func patchable(prev, next *poker.Snapshot) bool {
	return prev.ID == next.ID && prev.Epoch == next.Epoch &&
		0 < prev.Version && prev.Version < next.Version && settable(prev.Summary, next.Summary)
}

// leastStatus returns a lower bound of the length of the status of s. It is cheap,
// and for most patches it saves encoding the whole status for the comparison.
func leastStatus(s *poker.Snapshot) int {
	const (
		room = `{"event":"roomStatus","roomId":"","version":1,"room":{"id":"","epoch":"","ownerId":"",` +
			`"revealed":true,"round":1,"estimates":0,"topic":"","createdAt":"2006-01-02T15:04:05Z","finished":0,` +
			`"options":{"autoReveal":true,"lateEstimates":"","standIn":true},` +
			`"deck":{"name":"","cards":[]},"topics":[],"members":{},"summary":null}}`
		member = `"":{"name":"","role":"","online":true,"estimated":true}`
	)
	n := len(room) + 2*len(s.ID) + len(s.Topic.Title) + len(s.Members)*len(member)
	for i := range s.Members {
		m := &s.Members[i]
		n += len(m.ID) + len(m.Name) + len(m.Role)
	}
	return n
}

// room writes the fields of a room in their order on the wire.
func (d *delta) room(was, is *poker.Snapshot) {
	d.text("id", string(was.ID), string(is.ID))
	d.text("epoch", was.Epoch, is.Epoch)
	d.text("ownerId", string(was.Owner), string(is.Owner))
	d.boolean("revealed", was.Revealed, is.Revealed)
	d.integer("round", was.Round, is.Round)
	d.integer("estimates", was.Estimates, is.Estimates)
	d.text("topic", was.Topic.Title, is.Topic.Title)
	d.time("createdAt", secondsLayout, was.CreatedAt, is.CreatedAt)
	d.integer("finished", was.Finished, is.Finished)
	d.optionalInteger("amended", was.Amended, is.Amended)
	d.optionalText("agreed", was.Agreed, is.Agreed)
	d.optionalNumber("agreedNumber", was.AgreedNumber, is.AgreedNumber)
	d.optionalText("revealedBy", string(was.RevealedBy), string(is.RevealedBy))
	d.optionalText("code", was.Code, is.Code)
	d.flag("locked", was.Locked, is.Locked, true)
	d.optionalText("offeredTo", string(was.OfferedTo), string(is.OfferedTo))
	d.optionalTime("ownerAwaySince", was.OwnerAwaySince, is.OwnerAwaySince)
	d.optionalTime("succeedAt", was.SucceedAt, is.SucceedAt)
	d.optionalTime("revealAt", was.RevealAt, is.RevealAt)
	d.optionalTime("timerEndsAt", was.TimerEnds, is.TimerEnds)
	d.optionalText("undo", was.Undo, is.Undo)
	d.optionalTime("undoUntil", was.UndoUntil, is.UndoUntil)
	d.flag("saved", was.Unsaved, is.Unsaved, false)
	d.options(was.Options, is.Options)
	d.deck(was.Deck, is.Deck)
	d.story(was.Topic, is.Topic)
	d.successor(was.Successor, is.Successor)
	d.stories("topics", was.Topics, is.Topics)
	d.ahead(was, is)
	d.waiting(was.Waiting, is.Waiting)
	d.members(was, is)
	d.summary(was.Summary, is.Summary)
}

// story is what is known of a story besides its title, absent if nothing is.
func (d *delta) story(was, is poker.Story) {
	was.Title, was.ID, is.Title, is.ID = "", 0, "", 0
	switch {
	case is == poker.Story{} && was == poker.Story{}:
	case is == poker.Story{}:
		d.null("story")
	default:
		s := d.enter("story", was == poker.Story{})
		d.optionalText("key", was.Key, is.Key)
		d.optionalText("url", was.URL, is.URL)
		d.optionalText("estimate", was.Estimate, is.Estimate)
		d.leave(s)
	}
}

// successor is absent if there is none.
func (d *delta) successor(was, is poker.Successor) {
	switch is {
	case was:
	case poker.Successor{}:
		d.null("successor")
	default:
		s := d.enter("successor", true)
		d.text("roomId", "", string(is.Room))
		d.text("by", "", string(is.By))
		d.leave(s)
	}
}

// stories is an array of stories, which a merge patch can only replace.
func (d *delta) stories(name string, was, is []poker.Story) {
	if !d.full && slices.Equal(was, is) {
		return
	}
	d.name(name)
	d.out = append(d.out, '[')
	for i, story := range is {
		if i > 0 {
			d.out = append(d.out, ',')
		}
		d.out = append(d.out, `{"title":`...)
		d.out = appendQuoted(d.out, story.Title)
		d.optionalInteger("topicId", 0, int(story.ID))
		d.optionalText("key", "", story.Key)
		d.optionalText("url", "", story.URL)
		d.optionalText("estimate", "", story.Estimate)
		d.out = append(d.out, '}')
	}
	d.out = append(d.out, ']')
}

// ahead is how many have estimated each of the topics, absent if nobody has any. Zero is
// left out.
func (d *delta) ahead(was, is *poker.Snapshot) {
	switch {
	case was.Ahead == nil && is.Ahead == nil:
	case len(was.Ahead) == len(is.Ahead) && &was.Ahead[0] == &is.Ahead[0]: // shared, so nothing has changed
	case is.Ahead == nil:
		d.null("ahead")
	default:
		s := d.enter("ahead", was.Ahead == nil)
		old := make(map[poker.TopicID]int, len(was.Ahead))
		for i, n := range was.Ahead {
			old[was.Topics[i].ID] = n
		}
		for i, n := range is.Ahead {
			id := is.Topics[i].ID
			d.optionalInteger(strconv.FormatInt(int64(id), 10), old[id], n)
			delete(old, id)
		}
		for i, n := range was.Ahead {
			if id := was.Topics[i].ID; old[id] == n && n > 0 { // it is no longer there
				d.null(strconv.FormatInt(int64(id), 10))
			}
		}
		d.leave(s)
	}
}

func (d *delta) options(was, is poker.Options) {
	s := d.enter("options", d.full)
	d.boolean("autoReveal", was.AutoReveal, is.AutoReveal)
	d.text("lateEstimates", string(late(was)), string(late(is)))
	d.boolean("standIn", was.StandIn, is.StandIn)
	d.leave(s)
}

func late(o poker.Options) poker.LateEstimates {
	if o.LateEstimates == "" {
		return poker.LateAllowed
	}
	return o.LateEstimates
}

func (d *delta) deck(was, is poker.Deck) {
	s := d.enter("deck", d.full)
	d.text("name", was.Name, is.Name)
	d.texts("cards", was.Cards, is.Cards)
	d.leave(s)
}
