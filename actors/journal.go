package actors

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// journal keeps one actor's state in the store. It has the actor commit before
// it acknowledges and before it broadcasts:
//
//   - Until the record is loaded, and while a commit is under way, messages
//     wait. So the state in memory is always the committed one or the one being
//     committed, and a burst of requests shares the next commit.
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
//     in a shared store commits it once before anything else, so that whoever
//     stood for it before is superseded.
type journal struct {
	// given
	sys  *System
	self *actor.PID
	key  string
	part string // key of what belongs to the record and changes seldom; may be empty
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
	fenced     bool           // somebody else has the record
	frozen     bool           // what came of the last commit is not known
	writing    []store.Record // the commit under way
	waiting    []any
	effects    []func(durable bool)
	retry      *time.Timer
}

// The messages a journal sends to its actor.
type (
	loaded struct {
		record store.Record
		part   []byte // nil when there is none
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

const retryInterval = time.Second

// image is what an actor has the store keep of it: the record, and the part if
// that is to be written too.
type image struct {
	data    []byte
	part    []byte
	expires time.Time
}

// records are an image as the store takes it.
func (j *journal) records(i image, rev store.Revision) (store.Record, []store.Record) {
	r := store.Record{Key: j.key, Revision: rev, Expires: i.expires, Data: i.data}
	if i.part == nil {
		return r, nil
	}
	return r, []store.Record{{Key: j.part, Expires: i.expires, Data: i.part}}
}

// parts are the keys that go with the record.
func (j *journal) parts() []string {
	if j.part == "" {
		return nil
	}
	return []string{j.part}
}

// The kinds of records, which are also the kinds of actors.
const (
	userKind    = "user"
	roomKind    = "room"
	historyKind = "history" // the part of a room
)

func splitKey(key string) (kind, id string) {
	kind, id, _ = strings.Cut(key, "/")
	return kind, id
}

// load reads the record; the actor gets loaded.
func (j *journal) load(ctx actor.Context) {
	j.self, j.loading = ctx.Self(), true
	go j.bounded(func(c context.Context) any {
		r, err := j.sys.Store.Load(c, j.key)
		if err != nil || j.part == "" {
			return loaded{r, nil, err}
		}
		part, err := j.sys.Store.Load(c, j.part)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCorrupt) {
			err = nil // the record is worth having without it
		}
		return loaded{r, part.Data, err}
	})
}

// hold keeps a message for later if the state must not change now.
func (j *journal) hold(message any) bool {
	switch m, ok := message.(request); {
	case !j.loading && !j.committing:
		return false
	case j.frozen && ok && !j.known(m):
		j.sys.refuse(m.asker(), protocol.Unavailable)
	default:
		j.waiting = append(j.waiting, message)
	}
	return true
}

// quiet says that nothing is under way.
func (j *journal) quiet() bool { return !j.loading && !j.committing && len(j.waiting) == 0 }

// claim writes the record that was found, so that whoever wrote it last can no
// more. It is for a store that others share.
func (j *journal) claim(picture func() image) {
	if j.rev != 0 && j.sys.Store.Shared() {
		j.dirty = true
		j.settle(picture)
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
// committed, else their effects run at once. Picture gives the state.
func (j *journal) settle(picture func() image) {
	switch {
	case j.committing:
	case j.unsaved || !j.dirty:
		j.run(!j.unsaved && j.sys.Store.Durable())
	default:
		j.committing, j.dirty = true, false
		j.commit(picture, j.rev)
	}
}

func (j *journal) commit(picture func() image, rev store.Revision) {
	r, with := j.records(picture(), rev)
	j.writing = append([]store.Record{r}, with...)
	j.write()
}

// write commits what is to be written, for the first time or again: a shared
// store knows a commit that is repeated.
func (j *journal) write() {
	records := j.writing
	go j.bounded(func(c context.Context) any {
		start := time.Now()
		rev, err := j.sys.Store.Commit(c, records[0], records[1:]...)
		j.sys.observe(time.Since(start), err)
		return committed{rev, err}
	})
}

// again writes a state that could not be saved. In a store of this process alone
// the revision is read first, since what came of the commit that failed is not
// known.
func (j *journal) again(picture func() image) {
	if j.frozen {
		j.write()
		return
	}
	if !j.unsaved || j.retrying {
		return
	}
	j.retrying, j.dirty = true, false
	i := picture()
	go j.bounded(func(c context.Context) any {
		rev, err := j.overwrite(c, i)
		return committed{rev, err}
	})
}

// overwrite commits an image whatever the revision is by now.
func (j *journal) overwrite(c context.Context, i image) (store.Revision, error) {
	found, err := j.sys.Store.Load(c, j.key)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrCorrupt) {
		return 0, err
	}
	r, with := j.records(i, found.Revision)
	return j.sys.Store.Commit(c, r, with...)
}

// done takes in how a commit ended and runs its effects. It reports whether the
// actor has been superseded, and whether a state that had not been saved is now.
func (j *journal) done(m committed) (superseded, recovered bool) {
	wasRetry := j.retrying
	if m.err != nil && !errors.Is(m.err, store.ErrConflict) && j.sys.Store.Shared() {
		j.freeze(m.err)
		return false, false
	}
	j.thaw()
	j.committing, j.retrying = false, false
	switch {
	case m.err == nil:
		j.rev = m.rev
		if j.unsaved {
			j.unsaved, recovered = false, true
			j.sys.counts.unsaved.Add(-1)
		}
	case errors.Is(m.err, store.ErrConflict) && !wasRetry:
		j.fenced = true
		j.sys.counts.fencings.Add(1)
		j.effects = nil
		return true, false
	default:
		if !j.unsaved {
			j.unsaved = true
			if j.sys.counts.unsaved.Add(1) == 1 {
				j.sys.Log.Error("cannot save, going on without", "err", m.err)
			}
		}
		j.dirty = true
		j.retry = j.sys.sendAfter(retryInterval, j.self, retryCommit{})
	}
	j.run(!j.unsaved && j.sys.Store.Durable())
	return false, recovered
}

// freeze waits with everything until the commit under way is known to have
// been done or not, and sends away who would wait with it.
func (j *journal) freeze(why error) {
	if !j.frozen {
		j.frozen = true
		if j.sys.counts.unsaved.Add(1) == 1 {
			j.sys.Log.Error("the store does not answer, what it holds is frozen", "err", why)
		}
		for _, m := range j.release() {
			j.hold(m)
		}
	}
	j.retry = j.sys.sendAfter(retryInterval, j.self, retryCommit{})
}

func (j *journal) thaw() {
	if j.frozen {
		j.frozen = false
		j.sys.counts.unsaved.Add(-1)
	}
}

func (j *journal) run(durable bool) {
	for len(j.effects) > 0 {
		effects := j.effects
		j.effects = nil
		for _, effect := range effects {
			effect(durable)
		}
	}
}

// remove deletes the record; the actor gets removed, and is done.
func (j *journal) remove() {
	j.committing, j.dirty = true, false
	key, rev := j.key, j.rev
	go j.bounded(func(c context.Context) any { return removed{j.sys.Store.Delete(c, key, rev, j.parts()...)} })
}

// ended takes in how a deletion ended and runs the effects that waited for it.
// A record that could not be deleted is found again by the sweep.
func (j *journal) ended(m removed) {
	if m.err != nil {
		j.sys.Log.Warn("a record cannot be deleted yet", "err", m.err)
	}
	j.committing = false
	j.run(m.err == nil)
	j.abandon()
}

// stop ends the journal with its actor. A state that is not on disk is written
// once more, for as long as one commit may take.
func (j *journal) stop(picture func() image) {
	if j.retry != nil {
		j.retry.Stop()
	}
	j.thaw()
	if !j.unsaved {
		return
	}
	j.sys.counts.unsaved.Add(-1)
	c, cancel := context.WithTimeout(context.Background(), j.sys.CommitTimeout)
	defer cancel()
	if _, err := j.overwrite(c, picture()); err != nil {
		j.sys.Log.Error("stopped without having saved", "err", err)
	}
}

// abandon gives up what is not saved: its actor panicked and cannot be trusted.
func (j *journal) abandon() {
	j.thaw()
	if j.unsaved {
		j.unsaved = false
		j.sys.counts.unsaved.Add(-1)
	}
}

// bounded does something that may take long, in a goroutine of the caller's
// making, and tells the actor what came of it.
func (j *journal) bounded(do func(context.Context) any) {
	c, cancel := context.WithTimeout(context.Background(), j.sys.CommitTimeout)
	defer cancel()
	j.sys.root.Send(j.self, do(c))
}

func (s *System) observe(took time.Duration, err error) {
	if s.ObserveCommit != nil {
		s.ObserveCommit(took, err != nil)
	}
}
