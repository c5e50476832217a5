package store

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a [Store] that forgets everything with the process.
type Memory struct {
	mu       sync.Mutex
	records  map[string]Record // nil once closed
	revision Revision          // the newest one given
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{records: map[string]Record{}}
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, key string) (Record, error) {
	if err := m.enter(ctx); err != nil {
		return Record{}, err
	}
	defer m.mu.Unlock()
	r, ok := m.records[key]
	if !ok {
		return Record{}, ErrNotFound
	}
	r.Data = bytes.Clone(r.Data)
	return r, nil
}

// Commit implements [Store].
func (m *Memory) Commit(ctx context.Context, r Record, with ...Record) (Revision, error) {
	if err := checkKeys(r, with); err != nil {
		return 0, err
	}
	if err := m.enter(ctx); err != nil {
		return 0, err
	}
	defer m.mu.Unlock()
	if m.records[r.Key].Revision != r.Revision {
		return 0, ErrConflict
	}
	for _, w := range with {
		m.put(w)
	}
	return m.put(r), nil
}

func (m *Memory) put(r Record) Revision {
	m.revision++
	r.Revision = m.revision
	r.Expires = moment(millis(r.Expires))
	m.records[r.Key] = r
	return r.Revision
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, key string, rev Revision, with ...string) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if r, ok := m.records[key]; ok && r.Revision != rev {
		return ErrConflict
	}
	delete(m.records, key)
	for _, key := range with {
		delete(m.records, key)
	}
	return nil
}

// Expired implements [Store].
func (m *Memory) Expired(ctx context.Context, now time.Time, limit int) ([]string, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var due []Record
	for _, r := range m.records {
		if !r.Expires.IsZero() && !r.Expires.After(now) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b Record) int {
		if c := a.Expires.Compare(b.Expires); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	var keys []string
	for _, r := range due[:min(len(due), max(limit, 0))] {
		keys = append(keys, r.Key)
	}
	return keys, nil
}

// Durable implements [Store]: it is false.
func (m *Memory) Durable() bool { return false }

// Shared implements [Store]: it is false.
func (m *Memory) Shared() bool { return false }

// Close implements [Store].
func (m *Memory) Close() error {
	if err := m.enter(context.Background()); err != nil {
		return err
	}
	defer m.mu.Unlock()
	m.records = nil
	return nil
}

// enter locks m, unless there is an error.
func (m *Memory) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.records == nil {
		m.mu.Unlock()
		return ErrClosed
	}
	return nil
}
