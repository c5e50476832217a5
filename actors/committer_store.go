package actors

import (
	"context"
	"errors"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/store"
)

// image is the state of an actor as the store keeps it: its record, and those of its
// parts that changed. A part without data is to be removed.
type image struct {
	data    []byte
	parts   []record.Part
	expires time.Time
}

// recordStore reads and writes the record of one actor in the background, each time for
// at most as long as a commit may take, and sends the actor how that ended.
//
// A store that nodes share may be slow without being out of order, for example because
// another node's network is. Giving up means to ask again, which makes a slow store
// slower, or to never get an answer: so the actor is told that its call is overdue, and
// the call goes on for several times as long.
type recordStore struct {
	store   store.Store
	key     string
	timeout time.Duration
	observe func(took time.Duration, failed bool) // of commits; may be nil
	inbox   inbox                                 // of the actor
	turns   *turns                                // of a shared store; else nil, and so is what follows
	calls   uint64                                // so far
	hurry   chan struct{}                         // of the call under way; nil once it is closed
	over    chan struct{}                         // of all calls; nil once it is closed
}

// sharedPatience is how many times as long a call of a shared store may take.
const sharedPatience = 5

// asked names who has asked the store for something: an actor that was told to forget
// does not wait for the answer, which then reaches its successor of the same name.
type asked struct{ by *recordStore }

func (a asked) asker() *recordStore { return a.by }

// The messages that a recordStore sends to its actor.
type (
	// loaded answers load.
	loaded struct {
		asked
		record store.Record
		parts  []store.Record
		err    error
	}
	// committed says how a commit ended.
	committed struct {
		asked
		rev store.Revision
		err error
	}
	// removed says how the deletion of the record ended.
	removed struct {
		asked
		err error
	}
	// overdue says that a call of a shared store takes longer than it should.
	overdue struct {
		asked
		call uint64
	}
)

// load reads the record and its parts. The actor gets loaded.
func (s *recordStore) load() {
	s.inBackground(func(ctx context.Context) any {
		r, parts, err := s.store.LoadAll(ctx, s.key)
		return loaded{asked{s}, r, parts, err}
	})
	s.hasten()
}

// commit writes records, for the first time or again: a shared store recognises a commit
// that is repeated. The actor gets committed.
func (s *recordStore) commit(records []store.Record) {
	if starter, ok := s.store.(store.Starter); ok {
		start := time.Now()
		starter.Start(s.timeout, records[0], records[1:], func(rev store.Revision, err error) {
			if s.observe != nil {
				s.observe(time.Since(start), err != nil)
			}
			s.inbox(committed{asked{s}, rev, err})
		})
		return
	}
	s.inBackground(func(ctx context.Context) any {
		start := time.Now()
		rev, err := s.store.Commit(ctx, records[0], records[1:]...)
		if s.observe != nil {
			s.observe(time.Since(start), err != nil)
		}
		return committed{asked{s}, rev, err}
	})
}

// overwrite writes an image whatever the revision in the store is. The actor gets
// committed.
func (s *recordStore) overwrite(i image) {
	s.inBackground(func(ctx context.Context) any {
		rev, err := s.overwriteNow(ctx, i)
		return committed{asked{s}, rev, err}
	})
}

// overwriteNow is overwrite, but the caller waits.
func (s *recordStore) overwriteNow(ctx context.Context, i image) (store.Revision, error) {
	found, err := s.store.Load(ctx, s.key)
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrCorrupt) {
		return 0, err
	}
	records := s.records(i, found.Revision)
	return s.store.Commit(ctx, records[0], records[1:]...)
}

// remove deletes the record with its parts. The actor gets removed.
func (s *recordStore) remove(rev store.Revision) {
	s.inBackground(func(ctx context.Context) any { return removed{asked{s}, s.store.Delete(ctx, s.key, rev)} })
}

// records returns an image as the store takes it: the record, and then its parts.
func (s *recordStore) records(i image, rev store.Revision) []store.Record {
	all := make([]store.Record, 0, 1+len(i.parts))
	all = append(all, store.Record{Key: s.key, Revision: rev, Expires: i.expires, Data: i.data})
	for _, p := range i.parts {
		all = append(all, store.Record{Key: s.key + "/" + p.Name, Data: p.Data})
	}
	return all
}

func (s *recordStore) inBackground(do func(context.Context) any) {
	if s.turns != nil {
		s.whenItsTurnComes(do)
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
		defer cancel()
		s.inbox(do(ctx))
	}()
}

// whenItsTurnComes is inBackground for a shared store. The actor is told when the answer
// is overdue for whoever waits for it.
func (s *recordStore) whenItsTurnComes(do func(context.Context) any) {
	s.calls++
	call, hurry := s.calls, make(chan struct{})
	s.hurry = hurry
	u := turn{hurry, s.over}
	go func() {
		leave, ok := s.turns.queue(u)
		defer leave()
		if !ok {
			return
		}
		late := s.inbox.after(s.timeout, overdue{asked{s}, call})
		defer late.Stop()
		if !s.turns.take(u) {
			return
		}
		defer s.turns.giveBack()
		ctx, cancel := context.WithTimeout(context.Background(), sharedPatience*s.timeout)
		defer cancel()
		s.inbox(do(ctx))
	}()
}

// hasten says that somebody waits for the answer of the call under way.
func (s *recordStore) hasten() {
	if s.hurry != nil {
		close(s.hurry)
		s.hurry = nil
	}
}

// end gives up a call whose turn has not come.
func (s *recordStore) end() {
	if s.over != nil {
		close(s.over)
		s.over = nil
	}
}
