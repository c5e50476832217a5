//go:build !linux

package etcdtest

import "os/exec"

// endWithParent does nothing where the kernel cannot do it.
func endWithParent(*exec.Cmd) {}
