package etcdstore

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

func TestExpiredReadsAllPages(t *testing.T) {
	const page = 300
	const n = 2*page + 10
	e := openTest(t, Config{Client: dial(t, etcdtest.Start(t).Endpoint), expiryPage: page})
	plant(t, e, n)
	keys, err := e.Expired(t.Context(), storetest.AfterAll, n+1)
	if err != nil || len(keys) != n {
		t.Fatalf("Expired: got %d keys, %v, want %d", len(keys), err, n)
	}
	for i, key := range keys {
		if key != plantKey(n-1-i) {
			t.Fatalf("Expired: got %s at %d, want %s", key, i, plantKey(n-1-i))
		}
	}
}

// plant commits n records, the last of which expires first.
func plant(t testing.TB, e *Store, n int) {
	t.Helper()
	const together = 40
	var planting sync.WaitGroup
	for first := range together {
		planting.Go(func() {
			for i := first; i < n; i += together {
				r := store.Record{Key: plantKey(i), Expires: time.UnixMilli(int64(1_800_000_000_000 + n - i)), Data: make([]byte, 1200)}
				if _, err := e.Commit(t.Context(), r); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	planting.Wait()
}

func plantKey(i int) string { return fmt.Sprintf("room/%040d", i) }
