package boltstore

import (
	"log/slog"
	"time"
)

// Config says where a [Store] keeps its records, and where it reports to.
type Config struct {
	// Dir is the directory, which one Store at a time may use. It is created if it
	// does not exist, for its owner only.
	Dir string
	// Form is the newest form of what is in the records that the caller can read. A
	// file in which there may be a newer one is not opened; else the file is marked with
	// this form, so that programs that do not know it refuse the file. Zero means 1.
	Form int
	// Log receives damage and failures, and never a record's key or data. Nil
	// discards them.
	Log *slog.Logger
	// Observe is called after each transaction with the number of commits and
	// deletions in it, how long it took, and why it failed. It must not block. It
	// may be nil.
	Observe func(records int, took time.Duration, err error)

	noSync     bool          // for tests that do not outlive the process
	scrubAfter time.Duration // for tests that cannot wait; zero means scrubAfter
}
