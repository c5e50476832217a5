package boltstore

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errDamaged means that a file is not bbolt's, or that its structure is damaged.
var errDamaged = errors.New("store: pokey.db is damaged")

// guard turns a panic of do into an error, also one that reading mapped pages
// causes, as of a file that was truncated.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return do()
}
