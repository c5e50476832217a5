package store

import (
	"context"
	"errors"
	"time"
)

// Errors a store returns, perhaps wrapped.
var (
	// ErrNotFound: there is no record under the key.
	ErrNotFound = errors.New("store: no such record")
	// ErrConflict: the record's revision is not the one named. Nothing changed; or,
	// where the store is shared, somebody else has gone on from it since.
	ErrConflict = errors.New("store: record was changed by somebody else")
	// ErrCorrupt: the record is there and cannot be read. Others are not affected.
	ErrCorrupt = errors.New("store: record is damaged")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
	// ErrLocked: the place where the records are kept is in use by another store.
	ErrLocked = errors.New("in use by another process")
	// ErrFormat: the records were written by a version that is newer than this one.
	ErrFormat = errors.New("written by a newer version")
)

// Store keeps records. Its methods may be called from many goroutines. Any
// other error than those above means that the outcome is unknown: before it
// commits anything else the caller loads the record again, or, where the store is
// shared, repeats the call.
type Store interface {
	// Load returns the record under key, or ErrNotFound, or ErrCorrupt.
	Load(ctx context.Context, key string) (Record, error)
	// LoadAll returns the record under key, as Load does, and its parts by their
	// names, as they are at one moment. A part that is damaged is left out.
	LoadAll(ctx context.Context, key string) (Record, []Record, error)
	// Commit writes r if the record's revision is still r.Revision (zero: if
	// there is none), and returns the new revision, which no earlier commit got.
	// Parts of r are written with it; one without Data is removed. If there is
	// an error, some that are too many for one transaction may have been. When
	// Commit returns without error and Durable is true, all of it survives the
	// process and the machine. A record that is damaged counts as none; any other
	// revision than zero gets ErrCorrupt.
	Commit(ctx context.Context, r Record, parts ...Record) (Revision, error)
	// Delete removes the record and its parts if its revision is still rev. A record
	// that is not there is no error. A record that is damaged is removed if rev is
	// zero, and else is ErrCorrupt.
	Delete(ctx context.Context, key string, rev Revision) error
	// Expired returns up to limit keys whose Expires is not after now, oldest
	// first. Records that are damaged are left out.
	Expired(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Durable says whether a commit survives the process.
	Durable() bool
	// Shared says whether other processes may write the same records, so that what
	// became of a commit with an unknown outcome must be found out before going on.
	// Where it is true a load is not enough: what was given up may be carried out
	// after it. The call itself is repeated. If it has been carried out, and nothing
	// else since, a Commit of the same records with the same revision returns the
	// revision that was made then, and a Delete no error. If others have written
	// since, both return ErrConflict. So who commits the same as somebody else in
	// the same process shares its success.
	Shared() bool
	// Close releases the store. Calls after it return ErrClosed.
	Close() error
}
