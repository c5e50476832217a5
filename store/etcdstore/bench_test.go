package etcdstore

import (
	"fmt"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// etcd syncs every commit to disk.
func BenchmarkCommit(b *testing.B) {
	server := etcdtest.Start(b)
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openTest(b, Config{Client: dial(b, server.Endpoint), Prefix: fmt.Sprintf("/%d/%d/", writers, b.N)})
			storetest.BenchmarkCommits(b, s, writers, 1200)
		})
	}
}

// BenchmarkExpired measures a sweep of 30 000 records, of which none or a hundred have
// expired.
func BenchmarkExpired(b *testing.B) {
	const records = 30_000
	s := openTest(b, Config{Client: dial(b, etcdtest.Start(b).Endpoint)})
	plant(b, s, records)
	for _, expired := range []int{0, 100} {
		b.Run(fmt.Sprintf("expired=%d", expired), func(b *testing.B) {
			for b.Loop() {
				keys, err := s.Expired(b.Context(), time.UnixMilli(int64(1_800_000_000_000+expired)), 1000)
				if err != nil || len(keys) != expired {
					b.Fatalf("Expired: got %d keys, %v, want %d", len(keys), err, expired)
				}
			}
		})
	}
}
