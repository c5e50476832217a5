// Package store keeps what was committed: rooms and users as opaque records.
//
// The store is the authority over a record, not the actor that holds it in
// memory: every commit names the revision it started from, and for one revision
// at most one commit succeeds. Whoever gets [ErrConflict] has been superseded
// and must not acknowledge or show what it tried to commit.
package store

import (
	"context"
	"errors"
	"time"
)

// Revision counts the commits of one record as the store sees them. Zero means
// that there is no record. A revision is compared for equality only.
type Revision uint64

// Record is one durable value.
type Record struct {
	Key      string // "room/…" or "user/…"; at most 128 bytes
	Revision Revision
	Expires  time.Time // when the record may be swept; zero means never
	Data     []byte    // owned by the store once committed, by the caller once loaded
}

// Errors a store returns, perhaps wrapped.
var (
	// ErrNotFound: there is no record under the key.
	ErrNotFound = errors.New("store: no such record")
	// ErrConflict: the record's revision is not the one named. Nothing changed.
	ErrConflict = errors.New("store: record was changed by somebody else")
	// ErrCorrupt: the record is there and cannot be read. Others are not affected.
	ErrCorrupt = errors.New("store: record is damaged")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
)

// Store keeps records. Its methods may be called from many goroutines. Any
// other error than those above means that the outcome is unknown: the caller
// loads the record again before it commits again.
type Store interface {
	// Load returns the record under key, or ErrNotFound, or ErrCorrupt.
	Load(ctx context.Context, key string) (Record, error)
	// Commit writes r if the record's revision is still r.Revision (zero: if
	// there is none), and returns the new revision. When it returns without
	// error and Durable is true, the record survives the process and the machine.
	Commit(ctx context.Context, r Record) (Revision, error)
	// Delete removes the record if its revision is still rev. A record that is
	// not there is no error.
	Delete(ctx context.Context, key string, rev Revision) error
	// Expired returns up to limit keys whose Expires is not after now, oldest first.
	Expired(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Durable says whether a commit survives the process.
	Durable() bool
	// Close releases the store. Calls after it return ErrClosed.
	Close() error
}
