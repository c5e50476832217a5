package actors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// commitHost is an actor whose state a committer keeps in the store.
type commitHost interface {
	// handle handles a message, which may change the state.
	handle(ctx actor.Context, message any)
	// encode returns the state as the store keeps it.
	encode() image
	// publish shows the state, if all of it is committed.
	publish()
	// throttled reports whether the next commit must wait. The host calls
	// commitIfDirty when it need not any more.
	throttled() bool
	// repeated reports whether a request was applied before, or is being committed.
	repeated(r request) bool
}

// committer keeps the state of one actor, its host, in the store. The host commits
// before it acknowledges and before it broadcasts:
//
//   - While the record is being loaded or a commit is under way, messages wait. So
//     effects see the committed state, and a burst of requests shares the next commit.
//   - While the host is throttled, commits wait too, and what changes meanwhile shares
//     the next one.
//   - What a request brings about for others is queued as effects. They run in order
//     once the commit is done, and are told whether it is durable.
//   - In a store of this process alone, a commit that fails or takes too long does not
//     stop the meeting: the effects run with durable false, and the state is written
//     again and again until it is saved.
//   - In a store that nodes share, going on would create two truths. While a commit
//     takes too long, and until its outcome is known, the actor is frozen: it shows what
//     it has shown, and refuses requests as unavailable.
//   - A commit that finds another node's revision fences the actor: it has been
//     superseded, and acknowledges and shows nothing more. An actor that finds a record
//     in a shared store commits it before it shows anything, which fences whichever
//     actor stood for the same identity before.
type committer struct {
	// given
	host    commitHost
	record  recordStore
	effects *effects
	replies replier // for requests that must not wait
	counts  *counts
	log     *slog.Logger
	spans   *identitySpans

	// state
	rev        store.Revision
	loading    bool
	committing bool
	retrying   bool           // a state that could not be saved is being written again
	dirty      bool           // something is not part of any commit yet
	unsaved    bool           // the last commit failed
	fenced     bool           // another node has the record: nothing is shown any more
	frozen     bool           // the shared store is slow or full, or the outcome of the last commit is not known
	refusal    protocol.Code  // of requests while it is frozen
	writing    []store.Record // by the commit under way, to repeat it
	waiting    []any          // messages
	retry      *time.Timer
}

// retryCommit comes from the timer after a commit that failed, or a record that could
// not be loaded.
type retryCommit struct{ asked }

const (
	retryInterval = time.Second
	// maxWaiting is how many messages wait for the store before requests are refused:
	// forty from each of a hundred members, which is what a client may send in the
	// second that a commit may take.
	maxWaiting = 4096
)

func newCommitter(host commitHost, e *effects, n *node, key string, i inbox) committer {
	c := committer{
		host: host, effects: e, replies: n.replies, counts: &n.counts, log: n.Log, spans: newIdentitySpans(n.Tracer, key),
		record: recordStore{store: n.Store, key: key, timeout: n.CommitTimeout, observe: n.ObserveCommit, inbox: i, turns: n.turns},
	}
	if n.turns != nil {
		c.record.over = make(chan struct{})
	}
	return c
}

// foreign reports whether a message is about what a predecessor of the actor asked the
// store for.
func (c *committer) foreign(message any) bool {
	m, ok := message.(interface{ asker() *recordStore })
	return ok && m.asker() != &c.record
}

// load reads the record. The host gets loaded.
func (c *committer) load() {
	c.loading = true
	c.record.load()
}

// loadAgain reports whether a shared store was too slow to say what is in the record.
// Then it is asked again, and the actor is frozen until it answers: to send clients away
// would bring them back at once, with all that has to be loaded for them.
func (c *committer) loadAgain(m loaded) bool {
	if !c.record.store.Shared() || !errors.Is(m.err, context.DeadlineExceeded) {
		return false
	}
	c.freeze(m.err)
	c.retry = c.record.inbox.after(retryInterval, retryCommit{asked{&c.record}})
	return true
}

// loaded ends the loading of the record.
func (c *committer) loaded(m loaded) {
	c.thaw()
	c.loading = false
	c.rev = m.record.Revision
}

// fence writes the record that was found, so that whoever wrote it last can no longer
// commit. It does so in a store that nodes share. Messages that wait for the record
// share this commit: many actors start at once when a node is gone.
func (c *committer) fence() {
	if c.rev != 0 && c.record.store.Shared() {
		c.dirty = true
		if len(c.waiting) == 0 {
			c.commitIfDirty()
		}
	}
}

// hold keeps a message for later, or refuses it, if the state must not change now.
func (c *committer) hold(message any) bool {
	switch m, ok := message.(request); {
	case !c.loading && !c.committing:
		return false
	case c.frozen && ok:
		if !c.host.repeated(m) { // a repeated one is answered by the first, or sent again
			c.replies.refuse(m.from(), c.refusal)
		}
	case ok && len(c.waiting) >= maxWaiting:
		c.replies.refuse(m.from(), protocol.Unavailable)
	default:
		c.waiting = append(c.waiting, message)
		if _, left := message.(*actor.Terminated); !left {
			c.record.hasten()
		}
	}
	return true
}

// idle reports whether no message waits, and nothing is or must be committed.
func (c *committer) idle() bool {
	return !c.loading && !c.committing && !c.dirty && len(c.waiting) == 0
}

// saved reports whether the store has the state as it is.
func (c *committer) saved() bool { return !c.dirty && !c.committing && !c.unsaved }

// stored reports whether the store has the state as it is, and nothing is under way.
func (c *committer) stored() bool {
	return c.idle() && !c.unsaved && !c.frozen && !c.fenced && c.effects.empty()
}

// receive has the host handle a message, now or once the state may change.
func (c *committer) receive(ctx actor.Context, message any) {
	if !c.hold(message) {
		c.handle(ctx, message)
		c.commitIfDirty()
	}
}

func (c *committer) handle(ctx actor.Context, message any) {
	handled := c.spans.handle(message)
	c.host.handle(ctx, message)
	handled()
}

// catchUp has the host handle the messages that waited. All of them share the next
// commit.
func (c *committer) catchUp(ctx actor.Context) {
	for !c.loading && !c.committing && len(c.waiting) > 0 {
		for _, m := range c.release() {
			if !c.hold(m) {
				c.handle(ctx, m)
			}
		}
		c.commitIfDirty()
	}
}

// release returns the messages that waited, which wait no longer.
func (c *committer) release() []any {
	w := c.waiting
	c.waiting = nil
	return w
}

// markDirty says that the state has changed.
func (c *committer) markDirty() { c.dirty = true }

// markClean says that what has changed since the last commit was taken back.
func (c *committer) markClean() { c.dirty = false }

// commitIfDirty ends the handling of messages. If they changed anything, that is
// committed; otherwise their effects run at once, and the state is published.
func (c *committer) commitIfDirty() {
	switch {
	case c.committing || c.fenced:
	case c.unsaved || !c.dirty:
		c.runEffects()
		c.host.publish()
		c.spans.settled()
	case c.host.throttled():
	default:
		c.committing, c.dirty = true, false
		c.spans.commit()
		c.writing = c.record.records(c.host.encode(), c.rev)
		c.commit()
	}
}

// commit commits what is being written. What nobody waits for lets others go first.
func (c *committer) commit() {
	c.record.commit(c.writing)
	if !c.effects.empty() || len(c.waiting) > 0 {
		c.record.hasten()
	}
}

func (c *committer) runEffects() { c.effects.run(!c.unsaved && c.record.store.Durable()) }
