package store

import "time"

// Starter is implemented by stores that carry out a commit without a goroutine of the
// caller's that waits for it.
type Starter interface {
	// Start is [Store].Commit, except that it returns at once. It has done called with
	// the outcome, exactly once, from any goroutine and perhaps before it returns. If
	// there is none after the timeout, done gets an error that wraps
	// [context.DeadlineExceeded], and the outcome is unknown. Done must not block.
	Start(timeout time.Duration, r Record, parts []Record, done func(Revision, error))
}
