package actors

import (
	"errors"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// The messages a room actor receives. Whoever sends one has checked that the
// room's id is genuine.
type (
	// create makes the room, for the first time.
	create struct {
		asked
		owner   poker.UserID
		request protocol.CreateRoom
	}
	// join subscribes a connection and makes its user a member.
	join struct {
		asked
		user poker.UserID
		name string
		role poker.Role
	}
	// command is any other request.
	command struct {
		asked
		user    poker.UserID
		request protocol.RoomRequest
	}
	// renamed says that a member has another name.
	renamed struct {
		user poker.UserID
		name string
	}
	// departed says that a user has expired. The room answers roomGone.
	departed struct{ user poker.UserID }
	// recognise says that a user who may be the owner is about.
	recognise struct{ user poker.UserID }
	// due comes from the room's timer.
	due struct{}
	// cooled comes when the room may broadcast again.
	cooled struct{ turn uint64 }
)

func (a asked) asker() asked { return a }

func (command) LogValue() slog.Value { return redacted("request") }
func (join) LogValue() slog.Value    { return redacted("request") }
func (create) LogValue() slog.Value  { return redacted("request") }
func (renamed) LogValue() slog.Value { return redacted("name") }

// roomActor is one room: the single writer of one poker.Room.
type roomActor struct {
	// given
	sys *node
	id  poker.RoomID

	// state
	journal
	*mail
	room    *poker.Room // nil while there is none
	recent  recent
	kept    keptParts
	remains bool  // there is a record, and it cannot be used
	seats   seats // the subscribers
	members int   // as counted in the system's stats
	timer   *time.Timer
	absence *time.Timer // until members who do not come back count as away
	erasing *time.Timer // until estimates of rounds that are over are gone
	closing bool        // the record is being deleted
	leaver  poker.UserID
	pages   pages
	board
}

func newRoom(sys *node, id poker.RoomID) *roomActor {
	a := &roomActor{
		sys: sys, id: id, seats: newSeats(), recent: recent{}, kept: newKept(),
		mail:    newMail(sys),
		journal: journal{sys: sys, key: roomKind + "/" + string(id)},
	}
	a.keeper, a.known = a, a.repeated
	return a
}

// Receive is the room's life.
func (a *roomActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.sys.counts.rooms.Add(1)
		a.load(ctx)
	case *actor.Stopping:
		a.stopTimers()
		a.stop()
	case *actor.Stopped:
		a.sys.counts.rooms.Add(-1)
		a.sys.counts.members.Add(int64(-a.members))
	case loaded:
		a.loaded(m)
	case committed:
		a.committed(m)
	case removed:
		a.closed(m)
	case retryCommit:
		a.again()
	case delivered:
		a.delivered(m.broadcast)
	case cooled:
		a.cooled(m.turn)
	case handoff:
		a.moving = true
	case rest:
		a.retireIf(a.idle())
	default:
		a.receive(ctx, m)
	}
	a.catchUp(ctx)
	a.post()
	a.settleDown(a.idle())
}

func (a *roomActor) handle(ctx actor.Context, message any) {
	switch m := message.(type) {
	case create:
		a.create(m)
	case join:
		a.join(ctx, m)
	case command:
		a.command(m)
	case renamed:
		a.apply(poker.Rename{By: m.user, Name: m.name})
	case departed:
		a.departed(m.user)
	case recognise:
		a.recognise(m.user)
	case *actor.Terminated:
		a.gone(m)
	case probe:
		a.probe(m)
	case absent:
		a.markAbsent()
	case due:
		a.apply(poker.Tick{})
	case erase:
		a.erase()
	case wake:
		a.askOwner()
	case pagesIdle:
		a.pages.idle(m)
	}
	if a.room == nil && !a.closing {
		a.retire()
	}
}

func (a *roomActor) loaded(m loaded) {
	a.loading = false
	a.rev = m.record.Revision
	switch {
	case m.err == nil:
		if err := a.decode(m.record.Data, m.parts); err != nil {
			a.remains = true
			a.sys.Log.Error("a room's record makes no sense; its link revives it", "err", err)
			return
		}
		if len(a.kept.odd) > 0 {
			a.sys.Log.Warn("parts of a room's record do not fit the room and are left out", "parts", len(a.kept.odd))
		}
		a.changed()
		a.expectMembers()
		if a.seeksOwner() {
			a.findOwner()
		}
		a.claim()
	case errors.Is(m.err, store.ErrNotFound):
	case errors.Is(m.err, store.ErrCorrupt):
		a.remains = true
		a.sys.Log.Error("a room's record is damaged; its link revives it", "err", m.err)
	default:
		a.sys.Log.Error("a room's record cannot be loaded", "err", m.err)
		for _, w := range a.release() {
			if w, ok := w.(request); ok {
				a.sys.refuse(w.asker(), protocol.Unavailable)
			}
		}
		a.retire()
	}
}

func (a *roomActor) committed(m committed) {
	superseded, recovered := a.done(m)
	if !a.frozen {
		a.kept.written(m.err)
	}
	if superseded {
		a.moved()
		a.retire()
		return
	}
	a.publish()
	if recovered && a.room != nil {
		a.room.Touch() // to be shown as saved again
		a.dirty = true
	}
	a.settle()
}
