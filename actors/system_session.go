package actors

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// Standing is what is known of a session besides what its cookie proves.
type Standing struct {
	Revoked bool // the user has ended the session
	Known   bool // the user has been in a room
}

// ErrRevoked says that the user has ended the session.
var ErrRevoked = errors.New("actors: the session has been ended")

// CheckSession returns the standing of a session of user that was issued at the given
// time, according to the store. It takes no longer than a commit may. It returns [ErrBusy]
// if too many people arrive at the moment.
func (s *System) CheckSession(ctx context.Context, user poker.UserID, issued time.Time) (Standing, error) {
	turn, ok := s.arrivals.try()
	if !ok {
		return Standing{}, ErrBusy
	}
	defer turn.end()
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
		return Standing{}, nil // so it does for the user's actor, which logs it
	}
	return Standing{
		Revoked: issued.Unix() < r.NotBefore,
		Known:   len(r.Owned)+len(r.Rooms)+len(r.Left)+len(r.Closed) > 0,
	}, nil
}

// SignOut ends all sessions of user that were issued before the given time, and closes
// their connections. The time is when the session was issued that asks for it. SignOut
// returns [ErrRevoked] if that session has been ended itself. After any other error it may
// have been done or not, and can be repeated.
func (s *System) SignOut(ctx context.Context, user poker.UserID, issued time.Time) error {
	answer := make(chan error, 1)
	asks := &signOutActor{node: &s.node, user: user, issued: issued.Unix(), answer: answer}
	pid := s.spawn("connection/"+rand.Text(), func() actor.Actor { return asks })
	defer s.root.Stop(pid)
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signOutActor asks a user to sign out, and repeats that until it is answered, as a
// connection does.
type signOutActor struct {
	node   *node
	user   poker.UserID
	issued int64
	answer chan<- error
	timer  *time.Timer
}

// Receive asks, and passes the answer on.
func (a *signOutActor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started, retryTick, reattach:
		a.stop()
		a.node.tellUser(a.user, signOut{conn: ctx.Self(), issued: a.issued})
		a.timer = a.node.sendAfter(firstRetry, ctx.Self(), retryTick{})
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
	default: // there has been an answer
	}
}
