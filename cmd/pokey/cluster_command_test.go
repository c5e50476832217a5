package main

import "testing"

// The node to add stands before the flags or behind them, once.
func TestClusterCommandLine(t *testing.T) {
	dir := t.TempDir() // no node's
	for _, args := range [][]string{{"add", "node-2", "-data", dir}, {"add", "-data", dir, "node-2"}, {"remove", "-data", dir, "node-2"}} {
		refused(t, exitData, "is not the directory of a node", append([]string{"cluster"}, args...)...)
	}
	for _, args := range [][]string{{"add", "-data", dir}, {"add", "node-2", "-data", dir, "node-3"}, {"status", "-data", dir, "node-2"}, {"dissolve", "node-2"}} {
		refused(t, exitUsage, "usage:", append([]string{"cluster"}, args...)...)
	}
}
