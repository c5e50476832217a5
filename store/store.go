package store

import (
	"context"
	"errors"
	"time"
)

// Errors that a store returns, possibly wrapped.
var (
	// ErrNotFound means that there is no record under the key.
	ErrNotFound = errors.New("store: no such record")
	// ErrConflict means that the record's revision is not the one named. Nothing has
	// changed; or, in a shared store, another commit has followed this one.
	ErrConflict = errors.New("store: record has another revision")
	// ErrCorrupt means that the record exists and cannot be read. Others are not
	// affected.
	ErrCorrupt = errors.New("store: record is damaged")
	// ErrFull means that there is no space for a change, which may be repeated.
	ErrFull = errors.New("store: there is no space left")
	// ErrClosed means that the store has been closed.
	ErrClosed = errors.New("store: closed")
	// ErrLocked means that another store uses the same place.
	ErrLocked = errors.New("in use by another process")
	// ErrFormat means that a newer version has written the records.
	ErrFormat = errors.New("written by a newer version")
)

// Store keeps records. Its methods may be called by many goroutines.
//
// Any other error than those above means that the outcome is unknown. Before the
// caller commits anything else, it loads the record again or, if the store is shared,
// repeats the call.
type Store interface {
	// Load returns the record under key, or ErrNotFound, or ErrCorrupt.
	Load(ctx context.Context, key string) (Record, error)
	// LoadAll returns the record under key, as Load does, and its parts in the order
	// of their keys, all as they were at one moment. Damaged parts are left out.
	LoadAll(ctx context.Context, key string) (Record, []Record, error)
	// Commit writes r if the record's revision is still r.Revision (zero means that
	// there is none), and returns the new revision, which no other commit has had.
	// The parts are written with it; a part without Data is removed. Either all of
	// it is written or nothing. When Commit returns without error and Durable is
	// true, it survives the process and the machine. A damaged record counts as none
	// if r.Revision is zero; otherwise Commit returns ErrCorrupt.
	Commit(ctx context.Context, r Record, parts ...Record) (Revision, error)
	// Delete removes the record and its parts if its revision is still rev. A missing
	// record is no error. A damaged record is removed if rev is zero; otherwise
	// Delete returns ErrCorrupt.
	Delete(ctx context.Context, key string, rev Revision) error
	// Expired returns up to limit keys of records whose Expires is not after now,
	// oldest first. Damaged records are left out.
	Expired(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Snapshot passes every record and its parts to visit, in the order of the keys,
	// all of them as they were at one moment after the call began. Damaged records and
	// parts are left out; Snapshot returns how many there were. What visit gets is
	// valid until it returns. Visit must not call the store, and must not wait for a
	// peer, because some stores give back no space and cannot close meanwhile. Its
	// error ends the snapshot and is returned.
	Snapshot(ctx context.Context, visit func(r Record, parts []Record) error) (damaged int, err error)
	// Durable reports whether commits survive the process.
	Durable() bool
	// Shared reports whether other processes may write the same records. Then loading
	// the record does not settle a commit whose outcome is unknown, because the commit
	// may still be carried out after the load. The caller repeats the call instead. If
	// it was carried out, and nothing has been written since, a repeated Commit
	// returns the same revision, and a repeated Delete no error. If something has been
	// written since, both return ErrConflict. Two callers in one process that commit
	// the same therefore both succeed.
	Shared() bool
	// Close releases the store. Later calls return ErrClosed.
	Close() error
}
