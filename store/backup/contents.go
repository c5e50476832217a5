package backup

import (
	"errors"
	"strings"
	"time"

	"example.com/pokey/store"
)

// Errors about a file, possibly wrapped.
var (
	// ErrNoBackup means that a file is none of Pokey's backups.
	ErrNoBackup = errors.New("this is no backup of Pokey")
	// ErrDamaged means that a backup was changed or cut off after it was written.
	ErrDamaged = errors.New("the backup is damaged or incomplete")
)

// About says where a backup comes from. It is sealed too.
type About struct {
	Format  int       `json:"format"`  // of the frames
	Form    int       `json:"form"`    // of what is in the records
	Made    time.Time `json:"made"`    // when the backup began
	Version string    `json:"version"` // of the program that made it
	// Secrets are the fingerprints of the secrets that links and sessions of the
	// service are made with, the newest first.
	Secrets []string `json:"secrets"`
}

// format is the newest format of frames, which this version writes.
const format = 1

// Summary says what a backup holds.
type Summary struct {
	Kinds   map[string]int `json:"kinds"`   // records by the kind that their keys begin with
	Parts   int            `json:"parts"`   // of all records
	Bytes   int64          `json:"bytes"`   // of data in all of them
	Damaged int            `json:"damaged"` // records and parts that could not be read and are missing
	Sum     []byte         `json:"sum"`     // SHA-256 of what is in front of the last frame
}

// add counts a record with its parts.
func (s *Summary) add(r store.Record, parts []store.Record) {
	if s.Kinds == nil {
		s.Kinds = map[string]int{}
	}
	kind, _, _ := strings.Cut(r.Key, "/")
	s.Kinds[kind]++
	s.Parts += len(parts)
	s.Bytes += int64(len(r.Data))
	for _, p := range parts {
		s.Bytes += int64(len(p.Data))
	}
}

// The kinds of frames.
const (
	frameAbout  = 'A'
	frameRecord = 'R'
	framePart   = 'P'
	frameEnd    = 'E'
)

const (
	magic    = "pokey backup\n"
	maxFrame = 64 << 20 // bytes; a record or part is far smaller
	maxText  = 1 << 20  // bytes of JSON
)
