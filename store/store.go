// Package store keeps what was committed: rooms and users as opaque records.
//
// The store is the authority over a record, not the actor that holds it in
// memory: every commit names the revision it started from, and for one revision
// at most one commit succeeds. Whoever gets [ErrConflict] has been superseded
// and must not acknowledge or show what it tried to commit.
//
// [Memory] forgets with the process. [Bolt] keeps one file on bbolt:
//
//   - One goroutine does everything that touches the file. The commits of all
//     callers that wait go into one transaction, each with a verdict of its own.
//   - Before bbolt maps the file, every page of it is read and checked here. A
//     record whose checksum fails is [ErrCorrupt], and no other is touched. A
//     file whose structure is broken is moved aside as pokey.db.corrupt-TIME, and
//     a new one begun with every sound record that can still be reached.
//   - After any failed transaction the file is closed, checked and opened anew, so
//     that a full disk or a fault of bbolt's ends with its cause.
//
// [Etcd] shares the records with other processes. There a commit is one
// transaction of etcd's, and etcd's majority has it on disk when it returns. Every
// value is sealed with a key that etcd does not have.
//
// # What is deleted is gone
//
// bbolt writes every change to a free page and leaves the old one as it is, so a
// file is full of what was deleted or overwritten. Half a minute after a change,
// when the store is opened, and when it is closed, a Bolt overwrites with zeros
// every page that is not in use. Nothing else is needed for names and estimates
// to be gone within a minute of their expiry than to delete expired records every
// half a minute or sooner.
//
// The pages are overwritten in place, while no transaction runs, in slices of 4
// MiB between those of the callers. Each is a page that bbolt might itself write
// over next, so a crash costs nothing. Copying the live records to a new file
// instead would cost as much as there is in it, not as much as has changed; it
// would need twice the space, and the copy would have to catch up with what is
// committed meanwhile. With 20 MB of rooms, a fifth of which had changed, a scrub
// took 5 slices and 0.09 s of a busy two-core machine, and the longest time that
// commits had to wait was 0.04 s. A file that is mostly free is copied to a
// smaller one when it is opened.
//
// Out of reach are a file that was moved aside, which is for the operator to look
// at and delete; copies that file systems and disks keep to themselves; and keys,
// some of which stay behind in the pages that lead to others.
//
// etcd keeps every revision of every key until it is told to compact its history.
// Each Etcd does so every 20 seconds, up to what it wrote itself by the turn
// before, so that what it has deleted or overwritten cannot be read from etcd 40
// seconds later. The history is that of all of etcd, which ought to be Pokey's
// own. What the last process deletes before it stops is compacted after the next
// one has written something.
//
// etcd's files are another matter. Its log holds what was written until etcd
// removes old parts of it, as do its snapshots, backups, and the free pages of its
// database until it is defragmented. Nobody can read a name or an estimate there,
// because all of that is sealed; but whoever has such files and the key can.
// Never sealed are the keys of the records, with the ids of rooms and users in
// them, when records expire, and how long and how often they are written.
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
//
// It may have parts, which are kept apart from it because they seldom change. A
// part is a Record whose key is that of the record it belongs to, a slash and a
// name without one. It is written by commits of its record, has no revision to name
// and no time to expire, and goes when its record is deleted or made anew.
type Record struct {
	Key      string // "room/…" or "user/…"; at most 128 bytes
	Revision Revision
	Expires  time.Time // when the record may be swept, to the millisecond; zero means never
	Data     []byte    // owned by the store once committed, by the caller once loaded
}

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
