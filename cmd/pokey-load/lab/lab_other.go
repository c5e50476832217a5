//go:build !linux

package lab

import (
	"context"
	"errors"
	"io"
)

var errLinux = errors.New("a lab needs Linux")

// Inside reports whether this process was started by [Enter].
func Inside() bool { return false }

// Check says why there can be no lab here.
func Check() error { return errLinux }

// Enter fails.
func Enter(context.Context, []string, io.Writer, io.Writer) (status int, err error) {
	return 0, errLinux
}
