//go:build !linux

package etcdtest

import "os/exec"

// endWithParent does nothing on systems without such a kernel feature.
func endWithParent(*exec.Cmd) {}
