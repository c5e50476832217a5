package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"
)

// Every commit is fsynced. Besides the usual figures the benchmark says how many
// there were per second, and how long the slowest one in a hundred took.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 4, 16, 128} {
		for _, size := range []int{500, 2000} {
			b.Run(fmt.Sprintf("writers=%d/bytes=%d", writers, size), func(b *testing.B) {
				s, err := OpenBolt(BoltConfig{Dir: b.TempDir(), Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = s.Close() }()
				took := make([][]time.Duration, writers)
				began := time.Now()
				var wg sync.WaitGroup
				for w := range writers {
					wg.Go(func() { took[w] = commitMany(b, s, fmt.Sprintf("room/%040d", w), size, (b.N+writers-1)/writers) })
				}
				wg.Wait()
				all := slices.Sorted(slices.Values(slices.Concat(took...)))
				b.ReportMetric(float64(len(all))/time.Since(began).Seconds(), "commits/s")
				b.ReportMetric(all[len(all)*50/100].Seconds()*1e3, "p50-ms")
				b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, "p99-ms")
			})
		}
	}
}

func commitMany(b *testing.B, s Store, key string, size, n int) (took []time.Duration) {
	data := bytes.Repeat([]byte("x"), size)
	var rev Revision
	for range n {
		began := time.Now()
		var err error
		rev, err = s.Commit(context.Background(), Record{Key: key, Revision: rev, Expires: began.Add(2 * time.Hour), Data: data})
		if err != nil {
			b.Errorf("Commit: %v", err)
			break
		}
		took = append(took, time.Since(began))
	}
	return took
}
