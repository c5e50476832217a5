//go:build !linux

package main

// fileSystem reports an unknown file system: how to ask this system is not known
// here.
func fileSystem(string) (string, filesKind) { return "", unknownFiles }
