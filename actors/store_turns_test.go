package actors

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/pokey/store"
)

// slowness is how long a slowStore takes, which is within what a commit may take.
const slowness = 500 * time.Millisecond

// slowStore is a shared store that is slow.
type slowStore struct {
	store.Store
	underWay, most, commits atomic.Int64
}

func (*slowStore) Shared() bool  { return true }
func (*slowStore) Durable() bool { return true }

func (s *slowStore) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	s.most.Store(max(s.most.Load(), s.underWay.Add(1)))
	defer s.underWay.Add(-1)
	select {
	case <-time.After(slowness):
		s.commits.Add(1)
		return s.Store.Commit(ctx, r, parts...)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// manyRecords returns as many records of one store, and what they are answered.
func manyRecords(s store.Store, n int) (records []*recordStore, answers chan any) {
	all, answers := newTurns(), make(chan any, 10*n)
	for i := range n {
		records = append(records, &recordStore{
			store: s, key: "room/" + string(rune('a'+i)), timeout: time.Second, turns: all, over: make(chan struct{}),
			inbox: func(message any) { answers <- message },
		})
	}
	return records, answers
}

func (s *recordStore) leave() { s.commit(s.records(image{data: []byte("left")}, 0)) }

// When a thousand people leave at once, their commits are asked for a few at a time, and
// none of them fails because the others take long.
func TestManyCommitsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, begun := &slowStore{Store: store.NewMemory()}, time.Now()
		records, answers := manyRecords(s, 1000)
		for _, r := range records {
			r.leave()
		}
		for range records {
			m := <-answers
			if c, ok := m.(committed); !ok || c.err != nil {
				t.Fatalf("got %+v, want every commit to succeed", m)
			}
		}
		if got := s.most.Load(); got != maxPatientTurns {
			t.Errorf("got up to %d commits at a time, want %d", got, maxPatientTurns)
		}
		if took, want := time.Since(begun), 1000/maxPatientTurns*slowness; took < want || took > want+slowness {
			t.Errorf("took %v, want %v", took, want)
		}
	})
}

// Whoever waits for an answer is not kept waiting by those who leave: neither one who
// asks now nor one who asks of a room whose commit is already in the queue.
func TestWhatSomebodyWaitsForGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, begun := &slowStore{Store: store.NewMemory()}, time.Now()
		records, answers := manyRecords(s, 1000)
		for _, r := range records {
			r.leave()
		}
		synctest.Wait()
		urgent := records[900:910]
		for _, r := range urgent {
			r.hasten()
			r.hasten()
		}
		waiting := map[*recordStore]bool{}
		for _, r := range urgent {
			waiting[r] = true
		}
		for len(waiting) > 0 {
			if m, ok := (<-answers).(committed); ok {
				delete(waiting, m.by)
			}
		}
		if took := time.Since(begun); took != slowness {
			t.Errorf("they waited %v, want %v, which a commit takes", took, slowness)
		}
		for _, r := range records {
			r.end()
		}
		time.Sleep(time.Minute) // until those have ended that were under way
	})
}

// What nobody wants any more is not asked for.
func TestTurnsThatAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{Store: store.NewMemory()}
		records, _ := manyRecords(s, 1000)
		for i, r := range records {
			r.leave()
			if i%2 == 0 {
				r.hasten()
			}
		}
		synctest.Wait()
		for _, r := range records {
			r.end()
			r.end()
		}
		time.Sleep(time.Hour)
		if got := s.commits.Load(); got != maxTurns {
			t.Errorf("got %d commits, want the %d that were under way", got, maxTurns)
		}
	})
}

// A request that arrives while the commit of somebody's leaving waits for its turn
// hastens it; that another one leaves does not.
func TestRequestsHastenCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory()
		s.shared = true
		h := newWordHost(t, s)
		for range maxPatientTurns {
			h.node.turns.patient <- struct{}{} // others who leave
		}
		h.committer.markDirty()
		h.committer.commitIfDirty()
		time.Sleep(time.Minute)
		h.expectCommits()
		if n := h.node.counts.unsaved.Load(); n != 0 {
			t.Errorf("unsaved while it is not its turn: got %d, want 0", n)
		}
		h.say("one")
		h.next()
		h.next()
		h.expect("then", "one", "one true")
		h.expectCommits("", "one")
	})
}
