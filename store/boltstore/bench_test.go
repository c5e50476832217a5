package boltstore

import (
	"fmt"
	"testing"

	"example.com/pokey/store/storetest"
)

// Every commit is fsynced.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 4, 16, 128} {
		for _, size := range []int{500, 2000} {
			b.Run(fmt.Sprintf("writers=%d/bytes=%d", writers, size), func(b *testing.B) {
				s, err := Open(Config{Dir: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = s.Close() }()
				storetest.BenchmarkCommits(b, s, writers, size)
			})
		}
	}
}
