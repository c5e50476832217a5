package actors

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// The messages a user actor receives.
type (
	// attach says that a connection of the user's has come; it is watched.
	// Again says that it has been welcomed before.
	// Issued is when its session was, in seconds since 1970.
	attach struct {
		conn   *actor.PID
		again  bool
		issued int64
	}
	// fromClient is a request of one of the user's connections.
	fromClient struct {
		conn *actor.PID
		in   protocol.Incoming
	}
	// claim says that room has no owner and is this user's.
	claim struct{ room poker.RoomID }
	// notMember says that the user is no longer a member of room, or never was.
	// Trace says that the room goes on and may have estimates in its history.
	notMember struct {
		room  poker.RoomID
		trace bool
	}
	// owns and ownsNot say whether room is this user's to close. Closed says that
	// they have done so, and that it stays closed as long as they live.
	owns    struct{ room poker.RoomID }
	ownsNot struct {
		room   poker.RoomID
		closed bool
	}
	// notCreated says that room was not made after all.
	notCreated struct{ room poker.RoomID }
	// roomGone says that room has done its part of the user's expiry.
	roomGone struct{ room poker.RoomID }
	// expire comes from the user's own timer. A timer that was stopped too late
	// is known by its turn.
	expire struct{ turn int }
	// renew comes from the user's own timer while they are connected.
	renew struct{ turn int }
	// wake comes from the sweep: the record says that time has run out.
	wake struct{}
)

func (m fromClient) asker() asked { return askedBy(m.conn, m.in) }

func (fromClient) LogValue() slog.Value { return redacted("request") }

// userActor is one user, however many connections they have.
type userActor struct {
	// given
	sys *node
	id  poker.UserID

	// state
	journal
	record   userRecord
	conns    map[string]*actor.PID
	lastSeen time.Time // when the last connection closed
	timer    *time.Timer
	turn     int                        // which setting of the timer counts
	leaving  *departure                 // while the user expires
	failed   []time.Time                // joins of rooms that are not there, of late
	joining  map[poker.RoomID]time.Time // rooms the user has asked to join since they last asked to leave, of late
}

func newUser(sys *node, id poker.UserID) *userActor {
	a := &userActor{
		sys: sys, id: id, conns: map[string]*actor.PID{},
		journal: journal{sys: sys, key: userKind + "/" + string(id)},
	}
	a.keeper = a
	a.known = func(r request) bool { return a.created(r.asker()) >= 0 }
	return a
}

// Receive is the user's life: loaded, in use, and gone some time after.
func (a *userActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.sys.counts.users.Add(1)
		a.load(ctx)
	case *actor.Stopping:
		a.stopTimer()
		a.stop()
	case *actor.Stopped:
		a.sys.counts.users.Add(-1)
	case loaded:
		a.loaded(m)
	case committed:
		a.committed(m)
	case removed:
		a.ended(m)
		a.retire()
	case retryCommit:
		a.again()
	case handoff:
		a.moving = true
	case rest:
		a.retireIf(a.idle())
	default:
		a.receive(ctx, m)
	}
	a.catchUp(ctx)
	a.settleDown(a.idle())
}

// early is false: a user's commits are few.
func (a *userActor) early() bool { return false }

// publish has nothing to do: what a user's actor shows, its effects do.
func (a *userActor) publish() {}

func (a *userActor) handle(ctx actor.Context, message any) {
	switch m := message.(type) {
	case attach:
		a.attach(ctx, m)
	case *actor.Terminated:
		a.detach(m)
	case fromClient:
		a.request(m)
	case signOut:
		a.signOut(m)
	case claim:
		if !a.gone() {
			a.sys.tellRoom(m.room, recognise{a.id})
		}
	case owns:
		a.record.Owned = a.keep(a.record.Owned, m.room)
	case ownsNot:
		a.record.Owned = a.drop(a.record.Owned, m.room)
		if m.closed {
			a.record.Closed = a.keep(a.record.Closed, m.room)
		} else {
			a.leaveTrace(m.room)
		}
	case notCreated:
		a.record.Owned = a.drop(a.record.Owned, m.room)
		a.record.Created = slices.DeleteFunc(a.record.Created, func(c creation) bool { return c.Room == m.room })
	case notMember:
		a.notMember(m)
	case roomGone:
		a.roomGone(m.room)
	case expire:
		if m.turn == a.turn {
			a.expire()
		}
	case renew:
		if m.turn == a.turn {
			a.renew()
		}
	case departAgain:
		a.depart()
	case wake: // to be here is enough: the timer is set by what the record says
	}
	a.endIfBlank()
}

func (a *userActor) loaded(m loaded) {
	a.loading = false
	a.rev = m.record.Revision
	switch {
	case m.err == nil:
		if err := a.record.decode(m.record.Data); err != nil {
			a.sys.Log.Error("a user's record makes no sense and is begun anew", "err", err)
		}
		a.resume(m.record.Expires)
		a.claim()
	case errors.Is(m.err, store.ErrNotFound):
	case errors.Is(m.err, store.ErrCorrupt):
		a.sys.Log.Error("a user's record is damaged and is begun anew", "err", m.err)
	default:
		// To go on without it would be to overwrite it.
		a.sys.Log.Error("a user's record cannot be loaded", "err", m.err)
		for _, w := range a.release() {
			if w, ok := w.(attach); ok {
				a.sys.send(w.conn, disconnect{protocol.CloseInternal, "unavailable"})
			}
		}
		a.retire()
	}
}

func (a *userActor) committed(m committed) {
	if superseded, _ := a.done(m); superseded {
		a.moved()
		a.retire()
		return
	}
	a.settle()
	if a.saved() && !a.retired {
		a.endIfBlank() // where it was for the commit to end that it did not yet
	}
}

// endIfBlank lets go of an actor that stands for nobody.
func (a *userActor) endIfBlank() {
	switch {
	case len(a.conns) > 0 || !a.record.blank():
	case a.tombstone():
		if a.saved() && (a.leaving == nil || a.leaving.over) {
			a.retire()
		}
	case a.leaving != nil:
	case a.rev != 0:
		a.expire()
	default:
		a.dirty = false
		a.retire()
	}
}

func (a *userActor) retire() {
	a.retired = true
	a.stopTimer()
	a.sys.root.Send(a.sys.users, retire{string(a.id), a.fenced})
	if a.leaving != nil {
		for _, conn := range a.leaving.returning {
			a.passOn(conn)
		}
	}
}

// passOn gives a message to the successor.
func (a *userActor) passOn(message any) {
	switch message.(type) {
	case *actor.Terminated, expire, renew, departAgain: // of this actor's own life
	default:
		a.sys.handBackUser(a.id, message)
	}
}

// crash sends the user's connections away; they come back to another actor.
func (a *userActor) crash() {
	a.hangUpAll(protocol.CloseResync, "resynchronise")
	a.abandon()
	a.sys.root.Send(a.sys.users, crashed{string(a.id)})
}
