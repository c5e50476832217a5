package actors

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/identity"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// A cookie cannot be taken back, but its session can be made worthless: the user's
// record says before which moment none counts. That outlives the user, as a
// tombstone with nothing else in it, until no such session can be alive.

// signOut ends the sessions that were issued before one that was issued when it
// says, in seconds since 1970. Conn is told what came of it, as a connection would
// be.
type signOut struct {
	conn   *actor.PID
	issued int64
}

func (m signOut) asker() asked { return asked{conn: m.conn, id: signOutID, name: signOutID} }

// signOutID is what the answer to a signOut is known by.
const signOutID = "signOut"

// sessionEnded closes a connection whose session is worthless.
var sessionEnded = disconnect{protocol.CloseSession, "session ended"}

// Standing is what is known of a session besides what its cookie proves.
type Standing struct {
	Revoked bool // its user has ended it
	Known   bool // its user has been in a room
}

// ErrRevoked says that a session has been ended by its user.
var ErrRevoked = errors.New("actors: the session has been ended")

// CheckSession says how it stands with a session of user that was issued at the
// given time, by what the store has of them. It takes no longer than a commit may.
func (s *System) CheckSession(ctx context.Context, user poker.UserID, issued time.Time) (Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, s.CommitTimeout)
	defer cancel()
	found, err := s.Store.Load(ctx, userKind+"/"+string(user))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrCorrupt):
		return Standing{}, nil // a damaged record counts as none
	case err != nil:
		return Standing{}, fmt.Errorf("check a session: %w", err)
	}
	var r userRecord
	if err := r.decode(found.Data); err != nil {
		return Standing{}, nil // as its actor does, which says so
	}
	return Standing{
		Revoked: issued.Unix() < r.NotBefore,
		Known:   len(r.Owned)+len(r.Rooms)+len(r.Left)+len(r.Closed) > 0,
	}, nil
}

// SignOut ends all sessions of user that were issued before the one that asks for
// it, with their connections. It is [ErrRevoked] if that one, which was issued at
// the given time, has been ended itself. With another error it may have been done
// or not, and can be asked for again.
func (s *System) SignOut(ctx context.Context, user poker.UserID, issued time.Time) error {
	answer := make(chan error, 1)
	asks := &signOutActor{sys: &s.node, user: user, issued: issued.Unix(), answer: answer}
	pid := s.spawn("connection/"+rand.Text(), func() actor.Actor { return asks })
	defer s.root.Stop(pid)
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signOutActor asks once and again, as a connection does, until it is answered.
type signOutActor struct {
	sys    *node
	user   poker.UserID
	issued int64
	answer chan<- error
	timer  *time.Timer
}

// Receive asks and listens.
func (a *signOutActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started, retryTick, reattach:
		a.stop()
		a.sys.tellUser(a.user, signOut{conn: ctx.Self(), issued: a.issued})
		a.timer = a.sys.sendAfter(firstRetry, ctx.Self(), retryTick{})
	case *actor.Stopping:
		a.stop()
	case disconnect:
		a.answered(ErrRevoked)
	case deliverEvent:
		var event struct {
			Code protocol.Code `json:"code"`
		}
		if err := json.Unmarshal(m.event, &event); err != nil || event.Code != "" {
			a.answered(fmt.Errorf("sign out: %s", event.Code))
			return
		}
		a.answered(nil)
	}
}

func (a *signOutActor) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

func (a *signOutActor) answered(err error) {
	select {
	case a.answer <- err:
	default: // it has been before
	}
}

func (a *userActor) signOut(m signOut) {
	switch {
	case a.record.Forgotten || m.issued < a.record.NotBefore:
		a.after(func(bool) { a.sys.send(m.conn, sessionEnded) })
		return
	case m.issued > a.record.NotBefore: // else it has been asked before
		a.record.NotBefore, a.dirty = m.issued, true
		a.after(func(bool) { a.cut() })
	}
	a.after(func(durable bool) {
		if !durable && a.sys.Store.Durable() { // a restart would have the others back
			a.sys.refuse(m.asker(), protocol.Unavailable)
			return
		}
		a.sys.accept(m.asker(), protocol.OK{})
	})
}

// forgetMe ends the user: first, in one commit, their sessions and that they are
// to be forgotten, so that a crash does not stop it; then all that is theirs, as
// if they had expired.
func (a *userActor) forgetMe(by asked) {
	// No session of this user is renewed any more; the margin is for one that
	// another node's clock has dated ahead.
	a.record.NotBefore = max(a.record.NotBefore, time.Now().Add(2*identity.SessionMaxSkew).Unix())
	a.record.Name, a.record.Created, a.record.Forgotten = "", nil, true
	a.dirty = true
	a.after(func(durable bool) {
		a.sys.accept(by, protocol.OK{Durable: &durable})
		a.cut()
		a.expire()
	})
}

// cut closes all connections of the user. One that does not hear of it attaches
// again sooner or later, and is told then.
func (a *userActor) cut() {
	if len(a.conns) == 0 {
		return
	}
	a.hangUpAll(sessionEnded.code, sessionEnded.reason)
	clear(a.conns)
	a.left()
}

// gone says that there is no such user any more.
func (a *userActor) gone() bool {
	return a.record.Forgotten || a.record.blank() && len(a.conns) == 0
}

// tombstone says that nothing is left of the user but which sessions are
// worthless, and that some of these may be alive.
func (a *userActor) tombstone() bool {
	return a.record.blank() && a.record.NotBefore != 0 && time.Now().Before(a.lapses())
}

// lapses is when every session has ended by itself that the record calls worthless.
func (a *userActor) lapses() time.Time {
	return time.Unix(a.record.NotBefore, 0).Add(a.sys.SessionLife)
}

// saved says that the store has the record as it is.
func (a *userActor) saved() bool { return !a.dirty && !a.committing && !a.unsaved }

// leaveTombstone ends a departure: the record goes, or becomes a tombstone.
func (a *userActor) leaveTombstone() {
	a.record = userRecord{NotBefore: a.record.NotBefore}
	if !a.tombstone() {
		a.remove()
		return
	}
	a.leaving.over, a.dirty = true, true
}
