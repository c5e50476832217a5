package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/storetest"
)

// What a snapshot still reads is not overwritten, however much is deleted and scrubbed
// meanwhile. It is erased when the snapshot has ended.
func TestSnapshotIsNotScrubbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, Config{})
		defer func() { _ = s.Close() }()
		want := map[string]store.Revision{}
		for i := range 300 {
			key := fmt.Sprintf("room/%04d", i)
			want[key] = storetest.MustCommit(t, s, key, 0, canary("before!", 3000))
		}
		read := 0
		_, err := s.Snapshot(t.Context(), func(r store.Record, _ []store.Record) error {
			if read++; read == 1 {
				err := s.queue.run(t.Context(), true, func(b *buckets) (err error) {
					for key, rev := range want { // their pages become unused; in one transaction, so that the file grows by little
						err = errors.Join(err, b.remove(key, rev))
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * scrubAfter)
			}
			if !bytes.Equal(r.Data, canary("before!", 3000)) {
				t.Fatalf("%s: got %.20q, want it as it was", r.Key, r.Data)
			}
			return nil
		})
		if err != nil || read != len(want) || inFile(t, s, "before!") == 0 {
			t.Fatalf("got %d records, %v, want %d", read, err, len(want))
		}
		time.Sleep(scrubAfter)
		synctest.Wait()
		if n := inFile(t, s, "before!"); n > 0 {
			t.Errorf("after the snapshot: got deleted data %d times, want it erased", n)
		}
		sound(t, s)
	})
}

// The end of the store, or of a transaction that failed, does not wait for a snapshot
// to be read to its end.
func TestSnapshotGivesWay(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*testing.T, *Store) error
		want error
	}{
		"close": {func(_ *testing.T, s *Store) error { return s.Close() }, store.ErrClosed},
		"failed commit": {func(t *testing.T, s *Store) error {
			err := s.queue.run(t.Context(), true, func(b *buckets) error { b.note(errors.New("boom")); return nil })
			if err == nil {
				return errors.New("the failing call: got no error")
			}
			return nil
		}, errInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openTest(t, Config{})
				defer func() { _ = s.Close() }()
				all := storetest.Fill(t, s, 50)
				ended := make(chan error)
				read := 0
				_, err := s.Snapshot(t.Context(), func(store.Record, []store.Record) error {
					if read++; read == 1 {
						go func() { ended <- c.end(t, s) }()
						synctest.Wait()
					}
					return nil
				})
				if !errors.Is(err, c.want) || read != 1 {
					t.Errorf("got %v after %d records, want %v after 1", err, read, c.want)
				}
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if name == "close" {
					return
				}
				if got, _ := storetest.Everything(t, s); len(got) != len(all) {
					t.Errorf("after that: got %d records, want %d", len(got), len(all))
				}
				usable(t, s)
			})
		})
	}
}

// Damaged records, and parts without a record, are counted and left out.
func TestSnapshotOfDamage(t *testing.T) {
	raw, records := made(t, 60)
	at := bytes.Index(raw, records["room/0022"].Data[:40])
	raw[at]++
	s, _ := openRaw(t, raw)
	all, damaged := storetest.Everything(t, s)
	if damaged == 0 || len(all) != len(records)-damaged {
		t.Errorf("got %d records and %d damaged, want %d in all and at least one damaged", len(all), damaged, len(records))
	}
}
