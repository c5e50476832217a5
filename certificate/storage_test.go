package certificate

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/etcdstore"
	"example.com/pokey/store/etcdtest"
)

func testSeal(t testing.TB, key byte) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

// shared is a store in memory that several nodes could use.
type shared struct{ store.Store }

func (shared) Shared() bool { return true }

// counting counts how often it is read.
type counting struct {
	store.Store
	loads atomic.Int64
}

func (c *counting) LoadAll(ctx context.Context, key string) (store.Record, []store.Record, error) {
	c.loads.Add(1)
	return c.Store.LoadAll(ctx, key)
}

// lockedBuffer is a log that can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// stores are all stores that there are.
func stores(t *testing.T) map[string]func() store.Store {
	return map[string]func() store.Store{
		"memory": func() store.Store { return store.NewMemory() },
		"disk": func() store.Store {
			s, err := boltstore.Open(boltstore.Config{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		},
		"etcd": func() store.Store {
			client, err := etcdstore.Dial([]string{etcdtest.Start(t).Endpoint}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = client.Close() })
			s, err := etcdstore.Open(etcdstore.Config{Client: client, Prefix: "/test/", Seal: testSeal(t, 9)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		},
	}
}

// The storage does what certmagic asks of one, in every store.
func TestStorage(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			records := open()
			s := newStorage(records, testSeal(t, 1), slog.New(slog.DiscardHandler))
			ctx := t.Context()
			if _, err := s.Load(ctx, "a"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Load of nothing: got %v, want %v", err, fs.ErrNotExist)
			}
			if _, err := s.List(ctx, "acme", true); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("List of nothing: got %v, want %v", err, fs.ErrNotExist)
			}
			if err := s.Delete(ctx, "a"); err != nil {
				t.Errorf("Delete of nothing: got %v, want no error", err)
			}
			var together sync.WaitGroup
			for _, key := range []string{"acme/ca/users/me/me.key", "acme/ca/users/me/me.json", "acme/ca/sites/x", "acmes/y", "top"} {
				together.Go(func() {
					if err := s.Store(ctx, key, []byte("first "+key)); err != nil {
						t.Errorf("Store: %v", err)
					}
				})
			}
			together.Wait()
			before := time.Now()
			if err := s.Store(ctx, "top", []byte("second")); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Load(ctx, "top"); err != nil || string(got) != "second" {
				t.Errorf("Load: got %q, %v, want second", got, err)
			}
			if got, err := s.Load(ctx, "acme/ca/sites/x"); err != nil || string(got) != "first acme/ca/sites/x" {
				t.Errorf("Load: got %q, %v", got, err)
			}
			if info, err := s.Stat(ctx, "top"); err != nil || !info.IsTerminal || info.Size != 6 || info.Modified.Before(before) {
				t.Errorf("Stat: got %+v, %v", info, err)
			}
			if info, err := s.Stat(ctx, "acme/ca"); err != nil || info.IsTerminal {
				t.Errorf("Stat of a directory: got %+v, %v", info, err)
			}
			for key, want := range map[string]bool{"top": true, "acme": true, "acme/ca/users": true, "acme/c": false, "to": false} {
				if got := s.Exists(ctx, key); got != want {
					t.Errorf("Exists(%q): got %v, want %v", key, got, want)
				}
			}
			for _, c := range []struct {
				path      string
				recursive bool
				want      []string
			}{
				{"acme", false, []string{"acme/ca"}},
				{"acme/ca/users/me", false, []string{"acme/ca/users/me/me.json", "acme/ca/users/me/me.key"}},
				{"", false, []string{"acme", "acmes", "top"}},
				{"acme/ca", true, []string{"acme/ca/sites", "acme/ca/sites/x", "acme/ca/users", "acme/ca/users/me", "acme/ca/users/me/me.json", "acme/ca/users/me/me.key"}},
			} {
				got, err := s.List(ctx, c.path, c.recursive)
				slices.Sort(got)
				if err != nil || !slices.Equal(got, c.want) {
					t.Errorf("List(%q, %v): got %q, %v, want %q", c.path, c.recursive, got, err, c.want)
				}
			}
			if err := s.Delete(ctx, "acme/ca/users"); err != nil {
				t.Error(err)
			}
			if got, err := s.List(ctx, "acme", true); err != nil || !slices.Equal(got, []string{"acme/ca", "acme/ca/sites", "acme/ca/sites/x"}) {
				t.Errorf("List after Delete: got %q, %v", got, err)
			}
			sealed(t, records)
		})
	}
}

// sealed checks that the store sees no value and no name, and that with another
// secret there is nothing.
func sealed(t *testing.T, records store.Store) {
	t.Helper()
	_, parts, err := records.LoadAll(t.Context(), storageRecord)
	if err != nil || len(parts) == 0 {
		t.Fatalf("got %d parts, %v", len(parts), err)
	}
	for _, p := range parts {
		for _, secret := range []string{"first", "second", "top", "acme"} {
			if strings.Contains(strings.TrimPrefix(p.Key, storageRecord), secret) || bytes.Contains(p.Data, []byte(secret)) {
				t.Errorf("part %s shows %q", p.Key, secret)
			}
		}
	}
	other := newStorage(records, testSeal(t, 2), slog.New(slog.DiscardHandler))
	if _, err := other.Load(t.Context(), "top"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("with another secret: got %v, want %v", err, fs.ErrNotExist)
	}
	if err := other.Store(t.Context(), "top", []byte("third")); err != nil {
		t.Errorf("with another secret: %v", err)
	}
}

// A lock has one holder at a time; whoever waits gets it when it is unlocked.
func TestLock(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			records := open()
			one := newStorage(records, testSeal(t, 1), slog.New(slog.DiscardHandler))
			two := one
			if records.Shared() {
				two = newStorage(records, testSeal(t, 1), slog.New(slog.DiscardHandler))
			}
			var holders, most atomic.Int64
			var all sync.WaitGroup
			for i, s := range []*storage{one, two, one, two} {
				all.Go(func() {
					if err := s.Lock(t.Context(), "order"); err != nil {
						t.Errorf("%d: %v", i, err)
						return
					}
					most.Store(max(most.Load(), holders.Add(1)))
					time.Sleep(5 * time.Millisecond)
					holders.Add(-1)
					if err := s.Unlock(t.Context(), "order"); err != nil {
						t.Errorf("%d: %v", i, err)
					}
				})
			}
			all.Wait()
			if most.Load() != 1 {
				t.Errorf("got %d holders at once, want 1", most.Load())
			}
			if err := one.Unlock(t.Context(), "order"); err == nil {
				t.Error("Unlock of what is not locked: got no error")
			}
		})
	}
}

// A holder that lives keeps the lock for as long as it wants. One that has died loses
// it after a while in a shared store, and at once where there can be no other process.
func TestLockOfTheDead(t *testing.T) {
	for _, c := range []struct {
		records       store.Store
		alive         bool
		least, within time.Duration
	}{
		{shared{store.NewMemory()}, false, lockStale, lockStale + 5*time.Second},
		{store.NewMemory(), false, 0, lockPoll},
		{shared{store.NewMemory()}, true, time.Hour, time.Hour + 5*time.Second},
	} {
		t.Run(fmt.Sprintf("shared=%v alive=%v", c.records.Shared(), c.alive), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				quiet := slog.New(slog.DiscardHandler)
				first := newStorage(c.records, testSeal(t, 1), quiet)
				if err := first.Lock(t.Context(), "order"); err != nil {
					t.Fatal(err)
				}
				if c.alive {
					time.AfterFunc(time.Hour, func() { _ = first.Unlock(context.Background(), "order") })
				} else {
					first.held["order"].stop()
				}
				began := time.Now()
				second := newStorage(c.records, testSeal(t, 1), quiet)
				if err := second.Lock(t.Context(), "order"); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < c.least || took > c.within {
					t.Errorf("got the lock after %v, want %v to %v", took, c.least, c.within)
				}
				if err := second.Unlock(t.Context(), "order"); err != nil {
					t.Error(err)
				}
				if err := second.Lock(t.Context(), "order"); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := second.Lock(ctx, "order"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a lock that is held: got %v, want %v", err, context.DeadlineExceeded)
				}
				if err := second.Unlock(t.Context(), "order"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
