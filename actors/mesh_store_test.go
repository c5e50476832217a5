package actors_test

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"example.com/pokey/store"
)

// sharedStore is a store that several processes share, and which recognises a repeated
// commit.
type sharedStore struct {
	store.Store
	mu   sync.Mutex
	done map[string][]store.Record // by key: the last commit, with the revision it started from
	rev  map[string]store.Revision

	commits map[string]int // since the last call of mesh.commits, by key
}

func (*sharedStore) Shared() bool  { return true }
func (*sharedStore) Durable() bool { return true }

func (s *sharedStore) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := append([]store.Record{r}, parts...)
	if slices.EqualFunc(s.done[r.Key], records, same) { // parts too: two nodes may change different ones
		return s.rev[r.Key], nil
	}
	rev, err := s.Store.Commit(ctx, r, parts...)
	s.commits[r.Key]++
	if err == nil {
		s.done[r.Key], s.rev[r.Key] = records, rev
	}
	return rev, err
}

func same(a, b store.Record) bool {
	return a.Key == b.Key && a.Revision == b.Revision && bytes.Equal(a.Data, b.Data)
}

func newSharedStore() *sharedStore {
	return &sharedStore{
		Store: store.NewMemory(), done: map[string][]store.Record{}, rev: map[string]store.Revision{}, commits: map[string]int{},
	}
}
