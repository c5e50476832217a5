package actors

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// newEpoch tells one life of a room from the next.
func newEpoch() string { return strings.ToLower(rand.Text()[:10]) }

// open makes the room from its id alone.
func (a *roomActor) open(owner poker.UserID) {
	var created poker.Millis
	if id, err := a.sys.Keys.Room(string(a.id)); err == nil {
		created = millis(id.Created)
	}
	a.room = poker.NewRoom(a.id, newEpoch(), owner, created, poker.DefaultDeck())
	a.dirty = true
}

func (a *roomActor) create(m create) {
	if a.room == nil {
		a.open(m.owner)
		if err := a.furnish(m.owner, m.request); err != nil {
			a.room, a.dirty = nil, false
			a.mail.refuse(m.asked, codeOf(err))
			a.sys.tellUser(m.owner, notCreated{a.id})
			return
		}
	}
	a.after(func(durable bool) { a.created(m.asked, a.id, durable) })
}

// furnish gives a new room what its creator asked for.
func (a *roomActor) furnish(owner poker.UserID, r protocol.CreateRoom) error {
	commands := []poker.Command{
		poker.SetTopic{By: owner, Topic: r.Topic},
		setOptions(owner, r.Options),
	}
	if r.Deck != nil {
		commands = append(commands, poker.SetDeck{By: owner, Deck: *r.Deck})
	}
	for _, c := range commands {
		if _, err := a.room.Apply(millis(time.Now()), c, a.limits()); err != nil {
			return err
		}
	}
	return nil
}

func (a *roomActor) limits() poker.Limits {
	return poker.Limits{Members: a.sys.Limits.MembersPerRoom}
}

// join subscribes a connection. A room that is gone is revived: empty, hidden,
// and without an owner until the one its id certifies is found. One that was
// handed over stays without.
func (a *roomActor) join(ctx actor.Context, m join) {
	old := a.room
	revived := old == nil || old.IsTombstone()
	if revived {
		a.open("")
	}
	if revived && old != nil {
		a.room.Orphan()
	}
	events, err := a.room.Apply(millis(time.Now()), poker.Join{By: m.user, Name: m.name, Role: m.role}, a.limits())
	if err != nil {
		a.refuse(m.asked, codeOf(err))
		if !a.room.Has(m.user) {
			a.sys.tellUser(m.user, notMember{room: a.id})
		}
		if revived {
			a.room, a.dirty = old, false
		}
		return
	}
	ctx.Watch(m.conn)
	a.seats.add(m.conn, m.user)
	a.after(func(durable bool) {
		a.accept(m.asked, protocol.OK{Durable: &durable})
		a.send(m.conn, deliverStatus{status: a.current(), whole: true})
		a.tell(m.conn, a.own(m.user))
	})
	a.happened(events)
	if a.room.Owner() == "" {
		a.recognise(m.user)
	}
	if revived && a.seeksOwner() {
		a.findOwner()
	}
}

// seeksOwner says that the room has no owner and may still get one.
func (a *roomActor) seeksOwner() bool { return a.room.Owner() == "" && !a.room.HandedOver() }

// findOwner looks for the user whose room this is, now and when they come.
func (a *roomActor) findOwner() {
	a.sys.root.Send(a.sys.rooms, ownerless{a.id, true})
	a.sys.tellRegistries(usersName, findOwner{a.id})
}

// command is any request of a member or the owner but joining.
func (a *roomActor) command(m command) {
	if a.room == nil {
		a.mail.refuse(m.asked, protocol.NotMember)
		a.sys.tellUser(m.user, notMember{room: a.id})
		if _, ok := m.request.(protocol.AcceptRoom); ok {
			a.sys.tellUser(m.user, ownsNot{room: a.id}) // they took it in before they asked
		}
		return
	}
	if a.repeated(m) {
		a.after(func(durable bool) { a.accept(m.asked, protocol.OK{Durable: &durable}) })
		return
	}
	switch r := m.request.(type) {
	case protocol.LeaveRoom:
		a.leave(m)
	case protocol.History:
		a.history(m, r)
	case protocol.AcceptRoom:
		a.acceptRoom(m)
	default:
		a.ask(m, commandOf(m.user, r))
	}
}

// ask lets the rules decide, and answers. It reports whether they refused.
func (a *roomActor) ask(m command, c poker.Command) (refused bool) {
	events, err := a.room.Apply(millis(time.Now()), c, a.limits())
	if err != nil {
		a.refuse(m.asked, codeOf(err))
		return true
	}
	a.sys.observeSecurity(m.request, events)
	a.remember(m, events)
	a.after(func(durable bool) { a.accept(m.asked, protocol.OK{Durable: &durable}) })
	a.happened(events)
	return false
}

// repeated says that a request has been applied before.
func (a *roomActor) repeated(r request) bool {
	m, ok := r.(command)
	return ok && m.id != "" && a.recent.seen(m.user, m.digest, time.Now())
}

// remember keeps a request from having its effect twice.
func (a *roomActor) remember(m command, events []poker.Event) {
	if m.id != "" && len(events) > 0 {
		a.recent.add(m.user, m.digest, time.Now())
		a.kept.touch(m.user)
	}
}

// leave takes one connection out, and the member with the last one.
func (a *roomActor) leave(m command) {
	if !a.seats.has(m.conn) {
		a.refuse(m.asked, protocol.NotMember)
		return
	}
	var events []poker.Event
	if _, last := a.seats.remove(m.conn); last {
		var err error
		if events, err = a.room.Apply(millis(time.Now()), poker.Leave{By: m.user}, a.limits()); err != nil {
			a.refuse(m.asked, codeOf(err))
			return
		}
	}
	a.remember(m, events)
	a.after(func(durable bool) {
		a.accept(m.asked, protocol.OK{Durable: &durable})
		a.send(m.conn, a.leftBy(protocol.LeftByRequest))
	})
	a.happened(events)
}

func (a *roomActor) leftBy(reason protocol.LeftReason) leftRoom {
	return leftRoom{a.id, protocol.Encode(protocol.RoomLeft{RoomID: a.id, Reason: reason})}
}

// refuse answers behind what was asked before.
func (a *roomActor) refuse(by asked, code protocol.Code) {
	a.after(func(bool) { a.mail.refuse(by, code) })
}

// own is what a user may see of their own estimate.
func (a *roomActor) own(user poker.UserID) protocol.OwnEstimate {
	e := protocol.OwnEstimate{RoomID: a.id, Round: a.room.Round()}
	if vote := a.room.Own(user); vote != nil {
		e.Value, e.Comment = &vote.Value, vote.Comment
	}
	return e
}
