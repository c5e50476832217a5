package etcdstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// While etcd is paused every call runs into its deadline. Afterwards the repeated
// commit finds that the one that was given up was carried out.
func TestPausedEtcd(t *testing.T) {
	server := etcdtest.Start(t)
	e := openTest(t, Config{Client: dial(t, server.Endpoint)})
	var rev store.Revision
	for n := range int64(3) {
		server.Pause()
		r := store.Record{Key: "room/a", Revision: rev, Data: fmt.Append(nil, n)}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if rev, err := e.Commit(ctx, r); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Commit: got %d, %v, want %v", rev, err, context.DeadlineExceeded)
		}
		if _, err := e.Load(ctx, r.Key); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Load: got %v, want %v", err, context.DeadlineExceeded)
		}
		if _, err := e.Expired(ctx, storetest.AfterAll, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Expired: got %v, want %v", err, context.DeadlineExceeded)
		}
		cancel()
		server.Resume()
		next, err := e.Commit(t.Context(), r)
		if err != nil {
			t.Fatalf("repeated commit: got %v", err)
		}
		if times, is := written(t, e, r.Key); times != n+1 || is != next {
			t.Errorf("got %d commits and revision %d, want %d and %d", times, is, n+1, next)
		}
		rev = next
	}
}

// A commit that a crash of etcd interrupts succeeds once etcd has restarted, and is
// carried out once.
func TestRestartedEtcd(t *testing.T) {
	server := etcdtest.Start(t)
	e := openTest(t, Config{Client: dial(t, server.Endpoint)})
	stop := make(chan struct{})
	var commits atomic.Int64
	var wg sync.WaitGroup
	end := sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
	defer end()
	for w := range 4 {
		wg.Go(func() {
			key := fmt.Sprintf("room/%d", w)
			var rev store.Revision
			for n := int64(1); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				var err error
				if rev, err = e.Commit(t.Context(), store.Record{Key: key, Revision: rev, Data: fmt.Append(nil, n)}); err != nil {
					t.Errorf("commit %d: %v", n, err)
					return
				}
				commits.Add(1)
				if times, is := written(t, e, key); times != n || is != rev {
					t.Errorf("got %d commits and revision %d, want %d and %d", times, is, n, rev)
				}
			}
		})
	}
	for range 3 {
		progress(t, &commits, 20)
		server.Kill()
		server.Restart()
		progress(t, &commits, 20)
		server.Stop()
		server.Restart()
	}
	progress(t, &commits, 20)
}

// progress waits until the count has risen by n.
func progress(t *testing.T, count *atomic.Int64, n int64) {
	t.Helper()
	n += count.Load()
	for until := time.Now().Add(3 * time.Minute); count.Load() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("got %d commits after 3 min, want %d", count.Load(), n)
		}
	}
}

// competitor is one of several processes that write the same record. It appends marks
// to the state it takes for the newest one until a commit conflicts, and then loads
// the record again.
type competitor struct {
	name    string
	store   *Store
	acked   map[string]store.Revision // the revision that each mark was added to
	refused []string
}

func (f *competitor) run(t *testing.T, commits *atomic.Int64, stop <-chan struct{}) {
	var r store.Record
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		mark := fmt.Sprintf("%s%d", f.name, n)
		next := store.Record{Key: "room/a", Revision: r.Revision, Data: fmt.Appendf(bytes.Clone(r.Data), "%s ", mark)}
		rev, err := f.commit(t, next)
		if err == nil {
			f.acked[mark] = r.Revision
			commits.Add(1)
			r = next
			r.Revision = rev
			continue
		}
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("Commit: %v", err)
			return
		}
		f.refused = append(f.refused, mark)
		if r, err = f.store.Load(t.Context(), "room/a"); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Load: %v", err)
			return
		}
	}
}

// commit repeats the commit, often with too little time, until it has an answer.
func (f *competitor) commit(t *testing.T, r store.Record) (store.Revision, error) {
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rand.IntN(20<<min(n, 8)))*time.Millisecond)
		rev, err := f.store.Commit(ctx, r)
		cancel()
		if err == nil || errors.Is(err, store.ErrConflict) || t.Context().Err() != nil {
			return rev, err
		}
	}
}

// For one revision one process succeeds, whatever happens to etcd and to its answers:
// no acknowledged mark is lost, and none is there twice. A refused mark may be there,
// if another process has built on it before its own process got an answer.
func TestCompetingProcesses(t *testing.T) {
	server := etcdtest.Start(t)
	var competitors []*competitor
	var commits atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	end := sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
	defer end()
	for i := range 4 {
		l := &line{code: codes.Unavailable}
		for range 2000 {
			l.outcomes = append(l.outcomes, max(delivered, outcome(rand.IntN(12)-8))) // one in four goes wrong
		}
		f := &competitor{name: string(rune('a' + i)), acked: map[string]store.Revision{}, store: openTest(t, Config{Client: l.dial(t, server.Endpoint)})}
		competitors = append(competitors, f)
		wg.Go(func() { f.run(t, &commits, stop) })
	}
	for range 2 {
		progress(t, &commits, 10)
		server.Kill()
		server.Restart()
		progress(t, &commits, 10)
		server.Pause()
		time.Sleep(100 * time.Millisecond)
		server.Resume()
	}
	progress(t, &commits, 10)
	end()
	r, err := competitors[0].store.Load(t.Context(), "room/a")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for mark := range strings.FieldsSeq(string(r.Data)) {
		count[mark]++
	}
	from := map[store.Revision]string{}
	for _, f := range competitors {
		for mark, rev := range f.acked {
			if count[mark] != 1 {
				t.Errorf("acknowledged mark %s: got it %d times, want once", mark, count[mark])
			}
			if other, ok := from[rev]; ok {
				t.Errorf("got marks %s and %s both added to revision %d, want one", mark, other, rev)
			}
			from[rev] = mark
			delete(count, mark)
		}
		for _, mark := range f.refused {
			if count[mark] > 1 {
				t.Errorf("refused mark %s: got it %d times, want at most once", mark, count[mark])
			}
			delete(count, mark)
		}
		t.Logf("%s: %d acknowledged, %d refused", f.name, len(f.acked), len(f.refused))
	}
	if len(count) > 0 {
		t.Errorf("got marks that nobody has added: %v", count)
	}
}
