package etcdstore

import (
	"fmt"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// The figures are those of BenchmarkCommit. Etcd has every commit on disk too.
func BenchmarkCommit(b *testing.B) {
	server := etcdtest.Start(b)
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openTest(b, Config{Client: dial(b, server.Endpoint), Prefix: fmt.Sprintf("/%d/%d/", writers, b.N)})
			storetest.BenchmarkCommits(b, s, writers, 1200)
		})
	}
}

// What a sweep costs each process while nothing has expired, and when a hundred
// have.
func BenchmarkExpired(b *testing.B) {
	const records = 30_000
	s := openTest(b, Config{Client: dial(b, etcdtest.Start(b).Endpoint)})
	plant(b, s, records)
	for _, expired := range []int{0, 100} {
		b.Run(fmt.Sprintf("expired=%d", expired), func(b *testing.B) {
			for b.Loop() {
				keys, err := s.Expired(b.Context(), time.UnixMilli(int64(1_800_000_000_000+expired)), 1000)
				if err != nil || len(keys) != expired {
					b.Fatalf("%d have expired, %v", len(keys), err)
				}
			}
		})
	}
}
