package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
)

// userActor is one user, with all of their connections.
type userActor struct {
	// given
	node *node
	id   poker.UserID

	// parts
	inbox     inbox
	effects   effects
	commits   committer
	replies   deferredReplier
	lifecycle lifecycle
	timer     userTimer
	joins     joinAttempts

	// state
	self     *actor.PID
	record   userRecord
	conns    map[string]*actor.PID
	lastSeen time.Time  // when the last connection closed
	leaving  *departure // while the user expires
}

func newUser(n *node, id poker.UserID) *userActor {
	a := &userActor{node: n, id: id, conns: map[string]*actor.PID{}}
	a.inbox = func(message any) { n.root.Send(a.self, message) }
	a.commits = newCommitter(a, &a.effects, n, userKind+"/"+string(id), a.inbox)
	a.lifecycle = lifecycle{
		id: string(id), commits: &a.commits, passivations: &n.counts.passivations,
		tellRegistry: func(message any) { n.root.Send(n.users, message) }, passivation: passivationTimer{inbox: a.inbox},
	}
	a.replies = deferredReplier{n.replies, &a.effects}
	a.timer.inbox = a.inbox
	return a
}

// throttled is false: a user commits rarely.
func (a *userActor) throttled() bool { return false }

// publish has nothing to do: all that others see of a user is in effects.
func (a *userActor) publish() {}

// repeated reports whether a request has created a room before.
func (a *userActor) repeated(r request) bool { return a.record.createdBy(r.from()) >= 0 }
