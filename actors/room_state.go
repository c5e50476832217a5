package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// roomActor is one room: the single writer of one poker.Room.
type roomActor struct {
	// given
	node   *node
	id     poker.RoomID
	limits poker.Limits

	// parts
	inbox       inbox
	effects     effects
	commits     committer
	outgoing    *outgoing
	replies     deferredReplier
	subscribers *subscribers
	broadcast   broadcaster
	parts       *partWriter
	recent      recentRequests
	history     historyPages
	lifecycle   lifecycle

	// state
	self       *actor.PID
	room       *poker.Room // nil while there is none
	unreadable bool        // there is a record, and it cannot be used
	members    int         // as counted in the node's counts
	timer      *time.Timer // until the rules have something to do
	absence    *time.Timer // until members who do not come back count as away
	closing    bool        // the record is being deleted
	leaver     poker.UserID
}

func newRoom(n *node, id poker.RoomID) *roomActor {
	a := &roomActor{
		node: n, id: id, limits: poker.Limits{Members: n.Limits.MembersPerRoom},
		subscribers: newSubscribers(), recent: recentRequests{}, outgoing: newOutgoing(n.address, n.send),
	}
	a.inbox = func(message any) { n.root.Send(a.self, message) }
	a.parts = newPartWriter(a.inbox)
	a.commits = newCommitter(a, &a.effects, n, roomKind+"/"+string(id), a.inbox)
	a.lifecycle = lifecycle{
		id: string(id), commits: &a.commits, passivations: &n.counts.passivations,
		tellRegistry: func(message any) { n.root.Send(n.rooms, message) }, passivation: passivationTimer{inbox: a.inbox},
	}
	a.replies = deferredReplier{replier{&n.counts.refusals, a.outgoing.add}, &a.effects}
	a.broadcast = broadcaster{
		inbox: a.inbox, local: n.address, send: a.outgoing.add, fanOut: a.outgoing.fanOut, spans: a.commits.spans,
	}
	a.history.inbox = a.inbox
	return a
}

// throttled reports whether new state must not be shown or committed yet. A room that
// is about to move does not wait with its commit.
func (a *roomActor) throttled() bool { return a.broadcast.throttled() && !a.lifecycle.moving }

// publish shows the committed room to its subscribers.
func (a *roomActor) publish() {
	if a.showable() {
		a.broadcast.publish(a.room, a.commits.unsaved, a.subscribers)
	}
}

func (a *roomActor) showable() bool {
	return a.room != nil && !a.commits.committing && !a.closing && !a.commits.fenced
}

// current is the newest status of the committed room.
func (a *roomActor) current() *protocol.Status {
	return a.broadcast.current(a.room, a.commits.unsaved)
}

// decide lets the rules apply or refuse a command.
func (a *roomActor) decide(c poker.Command) ([]poker.Event, error) {
	return a.room.Apply(millis(time.Now()), c, a.limits)
}

// repeated reports whether a request has been applied before.
func (a *roomActor) repeated(r request) bool {
	m, ok := r.(command)
	return ok && m.id != "" && a.recent.seen(m.user, m.digest, time.Now())
}

// changed updates the timer and the count of members.
func (a *roomActor) changed() {
	a.schedule()
	n := a.room.Members()
	a.node.counts.members.Add(int64(n - a.members))
	a.members = n
}

// schedule sets the timer to the next deadline of the rules.
func (a *roomActor) schedule() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if at := a.room.Deadline(); at != 0 {
		a.timer = a.inbox.after(time.Until(time.UnixMilli(int64(at))), deadline{})
	}
}

// tellUserLater tells a user's actor something once all changes so far are committed.
func (a *roomActor) tellUserLater(user poker.UserID, message any) {
	a.effects.after(func(bool) { a.node.tellUser(user, message) })
}

// tellGone tells an expired user's actor that nothing of the user is left here, once
// that is as durable as it can be.
func (a *roomActor) tellGone(user poker.UserID) {
	a.effects.after(func(durable bool) {
		if durable || !a.node.Store.Durable() {
			a.node.tellUser(user, roomGone{a.id})
		}
	})
}

// ownEstimate is what a user may see of their own estimate, encoded.
func (a *roomActor) ownEstimate(user poker.UserID) []byte {
	e := protocol.OwnEstimate{RoomID: a.id, Round: a.room.Round()}
	if vote := a.room.Own(user); vote != nil {
		e.Value, e.Comment = &vote.Value, vote.Comment
	}
	return e.Encode()
}

// ownAhead is what a user may see of their own estimates of topics to come: of one of
// them, or of all for zero. It is encoded.
func (a *roomActor) ownAhead(user poker.UserID, topic poker.TopicID) []byte {
	own := a.room.OwnAhead(user)
	e := protocol.OwnAhead{RoomID: a.id, All: topic == 0, Estimates: map[poker.TopicID]*protocol.OwnAheadVote{}}
	if topic != 0 {
		e.Estimates[topic] = nil
	}
	for id, v := range own {
		if topic == 0 || topic == id {
			e.Estimates[id] = &protocol.OwnAheadVote{Value: v.Value, Comment: v.Comment}
		}
	}
	return protocol.Encode(e)
}
