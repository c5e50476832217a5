package poker

import "slices"

// UndoWindow is the time within which a reveal or a clear can be undone, in
// milliseconds.
const UndoWindow Millis = 10_000

// What an [UndoState] brings back.
const (
	undoReveal = "reveal"
	undoClear  = "clear"
)

func (c Undo) apply(r *Room, now Millis, _ Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, c.Round); err != nil {
		return nil, err
	}
	undo := r.state.Undo
	if undo == nil || now > undo.Until {
		return nil, ErrNothingToUndo
	}
	r.state.Undo = nil
	if undo.What == undoReveal {
		return append([]Event{Undone{r.state.Round}}, r.hide()...), nil
	}
	return r.unclear(undo), nil
}

// unclear goes back to the round before. An estimate after the clear would have
// ended the possibility, so that there is none to lose but those that were made ahead:
// they go back to their topic.
func (r *Room) unclear(undo *UndoState) []Event {
	s := &r.state
	events := r.setAside(undo.Taken)
	s.Round--
	s.Revealed, s.RevealedBy, s.Agreed = undo.Revealed, undo.RevealedBy, undo.Agreed
	s.Topic, s.Topics, s.Successor = undo.Topic, undo.Topics, undo.Successor
	r.dropUnlisted()
	if last := len(s.History) - 1; last >= 0 && s.History[last].Round == s.Round {
		s.History = slices.Clip(s.History[:last]) // what the end of the round appends next is no change in place
	}
	events = append(events, Undone{s.Round})
	for _, u := range r.order {
		if v, ok := undo.Votes[u]; ok {
			m := s.Members[u]
			m.Vote = &v
			r.put(u, m)
			events = append(events, Restored{u})
		}
	}
	return events
}

// dropUndo removes the user's estimate from what an undo would bring back.
func (r *Room) dropUndo(u UserID) {
	if r.state.Undo != nil {
		delete(r.state.Undo.Votes, u)
		r.noteChanged(u)
	}
}
