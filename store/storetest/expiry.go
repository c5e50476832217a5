package storetest

import (
	"fmt"
	"testing"
	"time"

	"example.com/pokey/store"
)

func testExpired(t *testing.T, s store.Store) {
	expired(t, s, noon, 10)
	for i, offset := range []time.Duration{0, -time.Hour, time.Hour, -time.Millisecond, time.Millisecond, -30 * 24 * time.Hour} {
		commit(t, s, store.Record{Key: fmt.Sprintf("room/%d", i), Expires: noon.Add(offset)})
	}
	commit(t, s, store.Record{Key: "room/never"})
	expired(t, s, noon.Add(-365*24*time.Hour), 10)
	expired(t, s, noon, 10, "room/5", "room/1", "room/3", "room/0")
	expired(t, s, noon.In(time.FixedZone("", 3600)), 10, "room/5", "room/1", "room/3", "room/0")
	expired(t, s, noon.Add(time.Hour), 10, "room/5", "room/1", "room/3", "room/0", "room/4", "room/2")
}

func testExpiryMoves(t *testing.T, s store.Store) {
	rev := commit(t, s, store.Record{Key: "user/a", Expires: noon})
	rev = commit(t, s, store.Record{Key: "user/a", Revision: rev, Expires: noon.Add(time.Hour)})
	expired(t, s, noon, 10)
	expired(t, s, noon.Add(time.Hour), 10, "user/a")
	rev = commit(t, s, store.Record{Key: "user/a", Revision: rev})
	expired(t, s, noon.Add(1000*time.Hour), 10)
	rev = commit(t, s, store.Record{Key: "user/a", Revision: rev, Expires: noon.Add(-time.Hour)})
	rev = commit(t, s, store.Record{Key: "user/a", Revision: rev, Expires: noon.Add(-time.Hour)})
	expired(t, s, noon, 10, "user/a")
	if err := s.Delete(t.Context(), "user/a", rev); err != nil {
		t.Fatal(err)
	}
	expired(t, s, noon, 10)
	commit(t, s, store.Record{Key: "user/a", Expires: noon.Add(time.Hour)})
	expired(t, s, noon, 10)
}

func testExpiryLimit(t *testing.T, s store.Store) {
	var all []string
	for i := range 50 {
		key := fmt.Sprintf("room/%02d", i)
		all = append(all, key)
		commit(t, s, store.Record{Key: key, Expires: noon.Add(time.Duration(i) * time.Second)})
	}
	later := noon.Add(time.Hour)
	expired(t, s, later, 0)
	expired(t, s, later, 1, all[:1]...)
	expired(t, s, later, 20, all[:20]...)
	expired(t, s, later, 50, all...)
	expired(t, s, later, 1000, all...)
	expired(t, s, noon.Add(10*time.Second), 1000, all[:11]...)
}
