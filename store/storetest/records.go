package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store"
)

// AfterAll is a time at which every record of these tests has expired.
var AfterAll = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)

// MustCommit commits a record that does not expire, and returns its revision.
func MustCommit(t testing.TB, s store.Store, key string, rev store.Revision, data []byte) store.Revision {
	t.Helper()
	return commit(t, s, store.Record{Key: key, Revision: rev, Data: data})
}

// Fill commits n records, some of them longer than a page of 4 KiB, two thirds of
// them with an expiry, and returns them by key.
func Fill(t testing.TB, s store.Store, n int) map[string]store.Record {
	t.Helper()
	records := map[string]store.Record{}
	for i := range n {
		r := store.Record{Key: fmt.Sprintf("room/%04d", i), Data: bytes.Repeat(fmt.Appendf(nil, "%d ", i), 20+i%7*i%3000)}
		if i%3 > 0 {
			r.Expires = time.UnixMilli(1_800_000_000_000 + int64(i)).UTC()
		}
		r.Revision = commit(t, s, r)
		records[r.Key] = r
	}
	return records
}

// Intact returns how many of the records are stored as they were committed. A
// record may be missing or damaged; the test fails if one is stored and differs.
func Intact(t testing.TB, s store.Store, records map[string]store.Record) int {
	t.Helper()
	n := 0
	for key, want := range records {
		got, err := s.Load(t.Context(), key)
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrCorrupt):
		case err != nil:
			t.Fatalf("Load: %v", err)
		case got.Revision != want.Revision || !got.Expires.Equal(want.Expires) || !bytes.Equal(got.Data, want.Data):
			t.Fatalf("Load of %s: got revision %d, %d bytes, want revision %d, %d bytes",
				key, got.Revision, len(got.Data), want.Revision, len(want.Data))
		default:
			n++
		}
	}
	return n
}

// BenchmarkCommits has a number of writers commit b.N times in all, each to a
// record of its own. Besides the usual figures it reports the commits per second,
// and the median and the 99th percentile of their latency in milliseconds.
func BenchmarkCommits(b *testing.B, s store.Store, writers, size int) {
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
}

func commitMany(b *testing.B, s store.Store, key string, size, n int) (took []time.Duration) {
	data := bytes.Repeat([]byte("x"), size)
	var rev store.Revision
	for range n {
		began := time.Now()
		var err error
		rev, err = s.Commit(context.Background(), store.Record{Key: key, Revision: rev, Expires: began.Add(2 * time.Hour), Data: data})
		if err != nil {
			b.Errorf("Commit: %v", err)
			break
		}
		took = append(took, time.Since(began))
	}
	return took
}
