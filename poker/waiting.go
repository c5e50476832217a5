package poker

import "slices"

// At a locked room newcomers can wait to be let in. Nothing of the room is shown to
// them. Who waits is no part of a room's [State]: they say from time to time that they
// still do, and so are known again soon after a restart.

const (
	// WaitingLength is the number of users who can wait at a room.
	WaitingLength = 20
	// WaitSpan is how long a user waits who does not ask again, in milliseconds.
	WaitSpan Millis = 120_000
	// RefusalSpan is how long a user who was refused cannot wait again, in
	// milliseconds.
	RefusalSpan Millis = 5 * 60_000
	// refusalsLength is the number of refusals that a room remembers.
	refusalsLength = 100
)

// waiter is a user who waits.
type waiter struct {
	user   UserID
	name   string
	mark   Mark
	role   Role
	origin uint64
	until  Millis
}

// refusal keeps a user from waiting.
type refusal struct {
	user  UserID
	until Millis
}

// WaiterView is a user who waits, as the members see them.
type WaiterView struct {
	ID      UserID
	Name    string
	Unnamed bool
	Mark    Mark
}

// Waits reports whether the user waits to be let in.
func (r *Room) Waits(u UserID) bool { return r.place(u) >= 0 }

// place returns where in the queue a user waits, or -1.
func (r *Room) place(u UserID) int {
	return slices.IndexFunc(r.waiting, func(w waiter) bool { return w.user == u })
}

// wait lets a newcomer wait, or go on waiting.
func (r *Room) wait(c Join, w waiter, now Millis) ([]Event, error) {
	w.until = now + WaitSpan
	if i := r.place(c.By); i >= 0 {
		was := r.waiting[i]
		r.waiting[i] = w
		if was.name == w.name && was.mark == w.mark {
			return nil, nil
		}
		return []Event{Changed{AspectWaiting}}, nil
	}
	r.refused = slices.DeleteFunc(r.refused, func(f refusal) bool { return f.until <= now })
	if slices.ContainsFunc(r.refused, func(f refusal) bool { return f.user == c.By }) {
		return nil, ErrRoomLocked
	}
	var events []Event
	if len(r.waiting) >= WaitingLength {
		i := r.givesWay(c.Origin)
		if i < 0 {
			return nil, ErrRoomFull
		}
		events = append(events, r.endWait(i, WaitEnded))
	}
	r.waiting = append(r.waiting, w)
	return append(events, Waiting{c.By}), nil
}

// givesWay returns who gives up their place in a full queue to somebody from another
// origin, or -1. It is the last of those from the origin that has the most, so that one
// address cannot keep others out.
func (r *Room) givesWay(to uint64) int {
	count := map[uint64]int{}
	for _, w := range r.waiting {
		count[w.origin]++
	}
	last := -1
	for i, w := range r.waiting {
		if last < 0 || count[w.origin] >= count[r.waiting[last].origin] {
			last = i
		}
	}
	if count[r.waiting[last].origin] <= count[to]+1 {
		return -1
	}
	return last
}

// endWait takes somebody out of the queue.
func (r *Room) endWait(i int, how WaitEnd) Event {
	user := r.waiting[i].user
	r.waiting = slices.Delete(r.waiting, i, i+1)
	return WaitOver{user, how}
}

// endWaits empties the queue.
func (r *Room) endWaits(how WaitEnd) []Event {
	var events []Event
	for len(r.waiting) > 0 {
		events = append(events, r.endWait(0, how))
	}
	r.refused = nil
	return events
}

// giveUpWaiting takes a user out of the queue, if they are in it.
func (r *Room) giveUpWaiting(u UserID) []Event {
	if i := r.place(u); i >= 0 {
		return []Event{r.endWait(i, WaitLeft)}
	}
	return nil
}

// dropLateWaiters takes out of the queue who has not asked again in time.
func (r *Room) dropLateWaiters(now Millis) []Event {
	var events []Event
	for i, w := range slices.Backward(r.waiting) {
		if w.until <= now {
			events = append(events, r.endWait(i, WaitEnded))
		}
	}
	return events
}

// Somebody who is let in is a member at once, and online when they join.
func (c Admit) apply(r *Room, now Millis, limits Limits) ([]Event, error) {
	if err := r.mustFacilitate(c.By, 0); err != nil {
		return nil, err
	}
	i := r.place(c.User)
	if i < 0 {
		return nil, ErrUnknownMember
	}
	if c.Refuse {
		r.refused = append(r.refused, refusal{c.User, now + RefusalSpan})
		r.refused = r.refused[max(len(r.refused)-refusalsLength, 0):]
		return []Event{r.endWait(i, WaitRefused)}, nil
	}
	events, err := r.freeSeat(now, limits)
	if err != nil {
		return nil, err
	}
	w := r.waiting[i]
	r.put(c.User, Member{Name: w.name, Mark: w.mark, Role: w.role, Since: now, AwaySince: now})
	return append(events, Joined{c.User}, r.endWait(i, WaitAdmitted)), nil
}

// waiterViews returns those who wait as members see them, in the order of their asking.
func (r *Room) waiterViews() []WaiterView {
	var views []WaiterView
	for _, w := range r.waiting {
		views = append(views, WaiterView{ID: w.user, Name: displayed(w.name), Unnamed: w.name == "", Mark: w.mark})
	}
	return views
}
