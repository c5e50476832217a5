//go:build !unix

package main

import "math"

// openFiles returns how many files this process may have open: there is no limit
// to ask for on this system.
func openFiles() int { return math.MaxInt }
