package backup

import (
	"errors"
	"fmt"
	"io"
)

// source tells an error of reading a file from what age says about its content.
type source struct {
	from  io.Reader
	err   error
	begin []byte // of the file
}

const ageMagic = "age-encryption.org/"

// Read implements [io.Reader].
func (s *source) Read(b []byte) (int, error) {
	n, err := s.from.Read(b)
	if missing := len(ageMagic) - len(s.begin); missing > 0 {
		s.begin = append(s.begin, b[:min(n, missing)]...)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// explain returns the error of reading the file if there was one, or else what is
// known about its content.
func (s *source) explain(err error) error {
	switch {
	case s.err != nil:
		return s.err
	case len(s.begin) == 0:
		return fmt.Errorf("%w: it is empty", ErrNoBackup)
	case string(s.begin) != ageMagic:
		return ErrNoBackup
	}
	for _, known := range []error{ErrKey, ErrDamaged, ErrNoBackup} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// unsealed is what age opens of a source.
type unsealed struct {
	from   io.Reader
	source *source
}

// Read implements [io.Reader].
func (u *unsealed) Read(b []byte) (int, error) {
	n, err := u.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = u.source.explain(err)
	}
	return n, err
}
