package actors

import (
	"context"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/actors/record"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// keeper is an actor that keeps its state with a journal.
type keeper interface {
	handle(ctx actor.Context, message any) // may change the state
	encode() image                         // is the state
	publish()                              // shows it, if it is committed
	early() bool                           // says that the next commit has to wait until settle is called
	passOn(message any)                    // gives a message to the successor
	moved()                                // sends connections to the successor
	retire()                               // ends the actor and has it pass on what still comes
}

// journal keeps one actor's state in the store. It has the actor commit before
// it acknowledges and before it broadcasts:
//
//   - Until the record is loaded, and while a commit is under way, messages
//     wait. So the state that effects see is the committed one, and a burst of
//     requests shares the next commit.
//   - While it is too early to show anything new it is also too early to commit:
//     what is changed meanwhile shares a commit, too.
//   - What a request brings about is put into effects, which run in order once
//     the commit is done, and are told whether it is durable.
//   - In a store of this process alone, a commit that fails or takes too long does
//     not stop the meeting: effects run with durable false, and the state is
//     written again and again until it is saved.
//   - In a store that other processes share, going on would mean two truths. Until
//     it is known what came of a commit, the actor is frozen: it shows what it has
//     shown, and requests are refused as unavailable.
//   - A commit that finds somebody else's revision ends the actor: it has been
//     superseded and acknowledges and shows nothing. An actor that finds a record
//     in a shared store commits it before it shows anything, so that whoever
//     stood for it before is superseded.
type journal struct {
	// given
	keeper
	sys  *node
	self *actor.PID
	key  string
	// known says that a request is a repetition of one that is done or being
	// committed.
	known func(request) bool

	// state
	rev        store.Revision
	loading    bool
	committing bool
	retrying   bool           // a state that could not be saved is being written again
	dirty      bool           // something is not yet in a commit
	unsaved    bool           // the last commit failed
	fenced     bool           // somebody else has the record: nothing is shown any more
	moving     bool           // the actor belongs on another node
	retired    bool           // what still comes is for a successor
	frozen     bool           // what came of the last commit is not known
	writing    []store.Record // the commit under way
	waiting    []any
	effects    []func(durable bool)
	retry      *time.Timer
	resting    resting
}

// The messages a journal sends to its actor.
type (
	loaded struct {
		record store.Record
		parts  []store.Record
		err    error
	}
	committed struct {
		rev store.Revision
		err error
	}
	// removed says how the deletion of the record ended.
	removed     struct{ err error }
	retryCommit struct{}
)

const (
	retryInterval = time.Second
	// maxWaiting is how many messages wait for the store before more requests are
	// refused: forty for each of a hundred members, which is what a client may send
	// in the second that a commit may take.
	maxWaiting = 4096
)

// image is what an actor has the store keep of it: the record, and those of its
// parts that are to be written too; one that is empty, to be removed.
type image struct {
	data    []byte
	parts   []record.Part
	expires time.Time
}

// records are an image as the store takes it: the record, and then its parts.
func (j *journal) records(i image, rev store.Revision) []store.Record {
	all := make([]store.Record, 0, 1+len(i.parts))
	all = append(all, store.Record{Key: j.key, Revision: rev, Expires: i.expires, Data: i.data})
	for _, p := range i.parts {
		all = append(all, store.Record{Key: j.key + "/" + p.Name, Data: p.Data})
	}
	return all
}

// The kinds of records, which are also the kinds of actors.
const (
	userKind = "user"
	roomKind = "room"
)

// partName is the name of a part within its record.
func partName(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

func splitKey(key string) (kind, id string) {
	kind, id, _ = strings.Cut(key, "/")
	return kind, id
}

// load reads the record; the actor gets loaded.
func (j *journal) load(ctx actor.Context) {
	j.self, j.loading = ctx.Self(), true
	go j.bounded(func(c context.Context) any {
		r, parts, err := j.sys.Store.LoadAll(c, j.key)
		return loaded{r, parts, err}
	})
}

// hold keeps a message for later if the state must not change now.
func (j *journal) hold(message any) bool {
	switch m, ok := message.(request); {
	case !j.loading && !j.committing:
		return false
	case j.frozen && ok:
		if !j.known(m) { // else it is answered by what it repeats, or asked again
			j.sys.refuse(m.asker(), protocol.Unavailable)
		}
	case ok && len(j.waiting) >= maxWaiting:
		j.sys.refuse(m.asker(), protocol.Unavailable)
	default:
		j.waiting = append(j.waiting, message)
	}
	return true
}

// quiet says that nothing is under way.
func (j *journal) quiet() bool {
	return !j.loading && !j.committing && !j.dirty && len(j.waiting) == 0
}

// receive handles a message now, or when the state may be changed.
func (j *journal) receive(ctx actor.Context, message any) {
	switch {
	case j.retired:
		j.passOn(message)
	case !j.hold(message):
		j.handle(ctx, message)
		j.settle()
	}
}

// catchUp handles what waited while the state could not be changed: all of it
// shares the next commit. Then an actor that belongs elsewhere may go.
func (j *journal) catchUp(ctx actor.Context) {
	for !j.loading && !j.committing && len(j.waiting) > 0 {
		for _, m := range j.release() {
			switch {
			case j.retired:
				j.passOn(m)
			case !j.hold(m):
				j.handle(ctx, m)
			}
		}
		j.settle()
	}
	if j.moving && !j.retired {
		j.settle() // what is not committed yet, however early it is
		if j.quiet() {
			j.moved()
			j.retire()
		}
	}
}

// claim writes the record that was found, so that whoever wrote it last can no
// more. It is for a store that others share. What waits for the record shares the
// commit: many actors begin at once when a node goes.
func (j *journal) claim() {
	if j.rev != 0 && j.sys.Store.Shared() {
		j.dirty = true
		if len(j.waiting) == 0 {
			j.settle()
		}
	}
}

// release gives back what waited.
func (j *journal) release() []any {
	w := j.waiting
	j.waiting = nil
	return w
}

// after runs effect when all that was changed so far is committed.
func (j *journal) after(effect func(durable bool)) { j.effects = append(j.effects, effect) }

// settle ends the handling of messages: if they changed anything it is
// committed, else their effects run at once and what is new is shown.
func (j *journal) settle() {
	switch {
	case j.committing || j.fenced:
	case j.unsaved || !j.dirty:
		j.run(!j.unsaved && j.sys.Store.Durable())
		j.publish()
	case j.early() && !j.moving: // whoever ends the wait calls again
	default:
		j.committing, j.dirty = true, false
		j.commit(j.rev)
	}
}
