package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

// The figures are those of BenchmarkCommit. Etcd has every commit on disk too.
func BenchmarkEtcdCommit(b *testing.B) {
	server := etcdtest.Start(b)
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openEtcdTest(b, EtcdConfig{Client: dialTest(b, server.Endpoint), Prefix: fmt.Sprintf("/%d/%d/", writers, b.N)})
			took := make([][]time.Duration, writers)
			began := time.Now()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() { took[w] = commitMany(b, s, fmt.Sprintf("room/%040d", w), 1200, (b.N+writers-1)/writers) })
			}
			wg.Wait()
			all := slices.Sorted(slices.Values(slices.Concat(took...)))
			b.ReportMetric(float64(len(all))/time.Since(began).Seconds(), "commits/s")
			b.ReportMetric(all[len(all)*50/100].Seconds()*1e3, "p50-ms")
			b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, "p99-ms")
		})
	}
}

// What a sweep costs each process while nothing has expired, and when a hundred
// have.
func BenchmarkEtcdExpired(b *testing.B) {
	const records = 30_000
	s := openEtcdTest(b, EtcdConfig{Client: dialTest(b, etcdtest.Start(b).Endpoint)})
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
