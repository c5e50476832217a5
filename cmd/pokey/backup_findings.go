package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/backup"
)

// findings are what was found in a backup that was read to its end.
type findings struct {
	about   backup.About
	summary backup.Summary
	expired int // users whose time has run out
	now     time.Time
}

// readAll reads a backup to its end, and passes the records to do, if any.
func readAll(in *backup.Reader, now time.Time, do func(store.Record, []store.Record) error) (*findings, error) {
	f := &findings{about: in.About(), now: now}
	for {
		r, parts, err := in.Next()
		if errors.Is(err, io.EOF) {
			f.summary = in.Summary()
			return f, nil
		}
		if err == nil && do != nil {
			err = do(r, parts)
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(r.Key, "user/") && !r.Expires.IsZero() && r.Expires.Before(now) {
			f.expired++
		}
	}
}

// String says in words what was found.
func (f *findings) String() string {
	var b strings.Builder
	age := f.now.Sub(f.about.Made)
	fmt.Fprintf(&b, "backup of %s (%s ago), made by version %s: ", f.about.Made.Format("2006-01-02 15:04:05 MST"), roughly(age), f.about.Version)
	fmt.Fprintf(&b, "%s and %s", count(f.summary.Kinds["room"], "room"), count(f.summary.Kinds["user"], "user"))
	if f.expired > 0 {
		fmt.Fprintf(&b, ", of whom %d have expired", f.expired)
	}
	fmt.Fprintf(&b, "; complete and undamaged")
	if n := f.summary.Damaged; n > 0 {
		fmt.Fprintf(&b, ", except that %s could not be read when it was made and are missing", count(n, "damaged record"))
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// roughly is a time for people, in its largest unit.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return count(max(0, int(d/time.Second)), "second")
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/(24*time.Hour)), "day")
	}
}

// inWords adds what to do to errors that do not say it themselves.
func inWords(err error) error {
	advice := ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		advice = "the disk is full: free some space, or use another one"
	case errors.Is(err, syscall.EROFS):
		advice = "the disk can only be read"
	case errors.Is(err, backup.ErrDamaged):
		advice = "use another copy of it; nothing was changed"
	case errors.Is(err, backup.ErrKey):
		advice = "-secret-file or -passphrase-file must name what it was sealed with"
	case errors.Is(err, store.ErrFormat):
		advice = "use that version or a newer one; nothing was changed"
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%w (%s)", err, advice)
}
