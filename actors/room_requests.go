package actors

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// newEpoch returns a name for one life of a room.
func newEpoch() string { return strings.ToLower(rand.Text()[:10]) }

// open makes the room from nothing but its ID, which is later than now if the clock was
// set back, or is another node's.
func (a *roomActor) open(owner poker.UserID) {
	var created poker.Millis
	if id, err := a.node.Keys.Room(string(a.id)); err == nil {
		created = min(millis(id.Created), millis(time.Now()))
	}
	a.room = poker.NewRoom(a.id, newEpoch(), owner, created, poker.DefaultDeck())
	a.commits.markDirty()
}

func (a *roomActor) create(m create) {
	if a.room == nil {
		a.open(m.owner)
		if err := a.applyOptions(m.owner, m.request); err != nil {
			a.room = nil
			a.commits.markClean()
			a.replies.refuse(m.caller, codeOf(err))
			a.node.tellUser(m.owner, notCreated{a.id})
			return
		}
	}
	a.replies.created(m.caller, a.id)
	if m.settings != nil { // also where a join has revived the room before it was made
		a.apply(poker.Adopt{Settings: *m.settings})
	}
}

// applyOptions gives a new room what its creator asked for.
func (a *roomActor) applyOptions(owner poker.UserID, r protocol.CreateRoom) error {
	commands := []poker.Command{
		poker.SetTopic{By: owner, Topic: poker.Story{Title: r.Topic}},
		setOptions(owner, r.Options),
	}
	if r.Deck != nil {
		commands = append(commands, poker.SetDeck{By: owner, Deck: *r.Deck})
	}
	for _, c := range commands {
		if _, err := a.decide(c); err != nil {
			return err
		}
	}
	return nil
}

// join subscribes a connection. A room that is gone is revived: empty, hidden, and
// without an owner until the one that its ID certifies is found. A room that was handed
// over remains without.
func (a *roomActor) join(ctx actor.Context, m join) {
	old := a.room
	revived := old == nil || old.IsTombstone()
	if revived {
		a.open("")
	}
	if revived && old != nil {
		a.room.Orphan()
	}
	events, err := a.decide(poker.Join{By: m.user, Name: m.name, Mark: m.mark, Role: m.role, Wait: m.wait, Origin: m.origin})
	if err != nil {
		a.replies.refuse(m.caller, codeOf(err))
		if !a.room.Has(m.user) {
			a.node.tellUser(m.user, notMember{room: a.id})
		}
		if revived {
			a.room = old
			a.commits.markClean()
		}
		return
	}
	if a.room.Waits(m.user) {
		a.wait(m, events)
		return
	}
	ctx.Watch(m.conn)
	a.subscribers.add(m.conn, m.user)
	a.replies.accept(m.caller)
	a.effects.after(func(bool) {
		a.outgoing.add(m.conn, deliverStatus{status: a.current(), whole: true})
		a.replies.now.tell(m.conn, a.ownEstimate(m.user))
		if a.room.Topics() > 0 {
			a.replies.now.tell(m.conn, a.ownAhead(m.user, 0))
		}
	})
	a.happened(events)
	if a.room.Owner() == "" {
		a.recognise(m.user)
	}
	if revived && a.seeksOwner() {
		a.findOwner()
	}
}

// command handles any request of a member or the owner but to join.
func (a *roomActor) command(m command) {
	if a.room == nil {
		a.replies.refuse(m.caller, protocol.NotMember)
		a.node.tellUser(m.user, notMember{room: a.id})
		if _, ok := m.request.(protocol.AcceptRoom); ok {
			a.node.tellUser(m.user, ownsNot{room: a.id}) // their actor noted the room before it asked
		}
		return
	}
	if a.repeated(m) {
		a.replies.accept(m.caller)
		return
	}
	switch r := m.request.(type) {
	case protocol.LeaveRoom:
		a.leave(m)
	case protocol.History:
		a.sendHistory(m, r)
	case protocol.AcceptRoom:
		a.acceptRoom(m)
	case protocol.ShowCode:
		a.showCode(m)
	default:
		a.ask(m, commandOf(m.user, r))
	}
}

// ask lets the rules decide about a request, and answers it. It reports whether the
// rules refused.
func (a *roomActor) ask(m command, c poker.Command) (refused bool) {
	events, err := a.decide(c)
	if err != nil {
		a.replies.refuse(m.caller, codeOf(err))
		return true
	}
	if a.node.ObserveSecurity != nil {
		for _, e := range securityEvents(m.request, events) {
			a.node.ObserveSecurity(e)
		}
	}
	a.remember(m)
	a.replies.accept(m.caller)
	a.happened(events)
	return false
}

// remember keeps a request from having its effect twice. One that has changed nothing
// counts as well: repeated later, after others of the user, it might. It is stored with
// the user's next change.
func (a *roomActor) remember(m command) {
	if m.id != "" {
		a.recent.add(m.user, m.digest, time.Now())
		a.parts.touch(m.user)
	}
}

// leave unsubscribes one connection, and ends the membership with a user's last one.
func (a *roomActor) leave(m command) {
	if a.room.Waits(m.user) {
		a.ask(m, poker.Leave{By: m.user})
		return
	}
	if !a.subscribers.has(m.conn) {
		a.replies.refuse(m.caller, protocol.NotMember)
		return
	}
	var events []poker.Event
	if _, last := a.subscribers.remove(m.conn); last {
		var err error
		if events, err = a.decide(poker.Leave{By: m.user}); err != nil {
			a.replies.refuse(m.caller, codeOf(err))
			return
		}
	}
	a.remember(m)
	a.replies.accept(m.caller)
	a.effects.after(func(bool) { a.outgoing.add(m.conn, leftBy(a.id, protocol.LeftByRequest)) })
	a.happened(events)
}

// acceptRoom hands the room over to the user whom it is offered to. Their actor has
// noted the room already, so that its limit of rooms holds, and is told if that was in
// vain.
func (a *roomActor) acceptRoom(m command) {
	first := a.node.Keys.Owns(string(m.user), string(a.id))
	if a.ask(m, poker.Accept{By: m.user, First: first}) && a.room.Owner() != m.user {
		a.tellUserLater(m.user, ownsNot{room: a.id})
	}
}

// sendHistory answers with a page of the finished rounds.
func (a *roomActor) sendHistory(m command, r protocol.History) {
	if !a.room.Has(m.user) {
		a.replies.refuse(m.caller, protocol.NotMember)
		return
	}
	a.replies.confirm(m.caller)
	a.effects.after(func(bool) {
		a.outgoing.add(m.conn, deliverEvent{event: a.history.page(a.room, r.Before, r.Limit)})
	})
}
