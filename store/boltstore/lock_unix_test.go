//go:build unix

package boltstore

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOpenWaitsForPredecessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := openTest(t, Config{})
		time.AfterFunc(lockPatience/2, func() { _ = first.Close() })
		second := openTest(t, first.config)
		_ = second.Close()
	})
}
