package store

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a [Store] that loses everything with the process.
type Memory struct {
	mu       sync.Mutex
	records  map[string]Record            // nil once closed
	parts    map[string]map[string][]byte // by the record's key and the part's name
	revision Revision                     // the newest one given
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{records: map[string]Record{}, parts: map[string]map[string][]byte{}}
}

// Load implements [Store].
func (m *Memory) Load(ctx context.Context, key string) (Record, error) {
	r, _, err := m.LoadAll(ctx, key)
	return r, err
}

// LoadAll implements [Store].
func (m *Memory) LoadAll(ctx context.Context, key string) (Record, []Record, error) {
	if err := m.lock(ctx); err != nil {
		return Record{}, nil, err
	}
	defer m.mu.Unlock()
	r, ok := m.records[key]
	if !ok {
		return Record{}, nil, ErrNotFound
	}
	r.Data = bytes.Clone(r.Data)
	var parts []Record
	for _, name := range slices.Sorted(maps.Keys(m.parts[key])) {
		parts = append(parts, Record{Key: key + "/" + name, Data: bytes.Clone(m.parts[key][name])})
	}
	return r, parts, nil
}

// Commit implements [Store].
func (m *Memory) Commit(ctx context.Context, r Record, parts ...Record) (Revision, error) {
	if err := CheckKeys(r, parts); err != nil {
		return 0, err
	}
	if err := m.lock(ctx); err != nil {
		return 0, err
	}
	defer m.mu.Unlock()
	if m.records[r.Key].Revision != r.Revision {
		return 0, ErrConflict
	}
	if r.Revision == 0 {
		delete(m.parts, r.Key)
	}
	for _, p := range parts {
		m.putPart(r.Key, strings.TrimPrefix(p.Key, r.Key+"/"), p.Data)
	}
	m.revision++
	r.Revision = m.revision
	r.Expires = FromMillis(Millis(r.Expires))
	m.records[r.Key] = r
	return r.Revision, nil
}

// Start implements [Starter]. It calls done before it returns.
func (m *Memory) Start(_ time.Duration, r Record, parts []Record, done func(Revision, error)) {
	done(m.Commit(context.Background(), r, parts...))
}

// putPart stores a part, or removes it if it has no data.
func (m *Memory) putPart(key, name string, data []byte) {
	if m.parts[key] == nil {
		m.parts[key] = map[string][]byte{}
	}
	if m.parts[key][name] = data; len(data) == 0 {
		delete(m.parts[key], name)
	}
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, key string, rev Revision) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if r, ok := m.records[key]; ok && r.Revision != rev {
		return ErrConflict
	}
	delete(m.records, key)
	delete(m.parts, key)
	return nil
}

// Expired implements [Store].
func (m *Memory) Expired(ctx context.Context, now time.Time, limit int) ([]string, error) {
	if err := m.lock(ctx); err != nil {
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

// Snapshot implements [Store].
func (m *Memory) Snapshot(ctx context.Context, visit func(r Record, parts []Record) error) (damaged int, err error) {
	if err := m.lock(ctx); err != nil {
		return 0, err
	}
	records, parts := maps.Clone(m.records), make(map[string]map[string][]byte, len(m.parts))
	for key, own := range m.parts {
		parts[key] = maps.Clone(own)
	}
	m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var own []Record
		for _, name := range slices.Sorted(maps.Keys(parts[key])) {
			own = append(own, Record{Key: key + "/" + name, Data: parts[key][name]})
		}
		if err := visit(records[key], own); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// Durable implements [Store]: it is false.
func (m *Memory) Durable() bool { return false }

// Shared implements [Store]: it is false.
func (m *Memory) Shared() bool { return false }

// Close implements [Store].
func (m *Memory) Close() error {
	if err := m.lock(context.Background()); err != nil {
		return err
	}
	defer m.mu.Unlock()
	m.records, m.parts = nil, nil
	return nil
}

// lock locks m.mu unless it returns an error.
func (m *Memory) lock(ctx context.Context) error {
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
