package etcdstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
	"example.com/pokey/store/storetest"
)

// outcome is what happens to a request on its way to etcd and back.
type outcome int

const (
	delivered  outcome = iota
	neverSent          // etcd does not get it, and the caller gets an error
	unanswered         // etcd carries it out, and the caller gets an error
	twice              // etcd carries it out twice, and the caller gets the second answer
	late               // etcd carries it out, and the caller's context ends before the answer
)

// line is a connection to etcd on which transactions have the outcomes of a test.
type line struct {
	mu       sync.Mutex
	outcomes []outcome // of the next transactions; delivered when there are none
	giveUp   func()    // ends the caller's context
	code     codes.Code
	text     string
}

func (l *line) next(method string) (outcome, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.HasSuffix(method, "/Txn") || len(l.outcomes) == 0 {
		return delivered, nil
	}
	o := l.outcomes[0]
	l.outcomes = l.outcomes[1:]
	return o, status.Error(l.code, l.text)
}

func (l *line) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	o, fault := l.next(method)
	if o == unanswered || o == twice || o == late {
		if err := invoke(context.WithoutCancel(ctx), method, req, reply, cc, opts...); err != nil {
			return err
		}
	}
	switch o {
	case neverSent, unanswered:
		return fault
	case late:
		l.giveUp()
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	default:
		return invoke(ctx, method, req, reply, cc, opts...)
	}
}

// dial returns a client that uses the line.
func (l *line) dial(t *testing.T, endpoint string) *clientv3.Client {
	t.Helper()
	client, err := dialWith([]string{endpoint}, nil, nil, grpc.WithChainUnaryInterceptor(l.intercept))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// written returns how often a record was written since it was created, and its
// revision; zero if there is none.
func written(t *testing.T, e *Store, key string) (times int64, rev store.Revision) {
	t.Helper()
	resp, err := e.records.client.Get(t.Context(), e.keys.record(key))
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Kvs) == 0 {
		return 0, 0
	}
	return resp.Kvs[0].Version, store.Revision(resp.Kvs[0].ModRevision)
}

// Whatever happens to requests and answers, a commit is carried out once, and its
// caller gets the revision, from the first call or from a repetition.
func TestLostAnswers(t *testing.T) {
	server := etcdtest.Start(t)
	for name, c := range map[string]struct {
		code     codes.Code
		text     string
		outcomes []outcome
		fails    bool // the first call returns an error
	}{
		"answered":          {},
		"twice":             {outcomes: []outcome{twice}},
		"unavailable":       {code: codes.Unavailable, outcomes: []outcome{unanswered}},
		"never sent":        {code: codes.Unavailable, outcomes: []outcome{neverSent, neverSent}},
		"both":              {code: codes.Unavailable, outcomes: []outcome{neverSent, unanswered, neverSent, unanswered, twice}},
		"leader changed":    {code: codes.Unavailable, text: "etcdserver: leader changed", outcomes: []outcome{unanswered}},
		"timed out":         {code: codes.Unavailable, text: "etcdserver: request timed out", outcomes: []outcome{unanswered, unanswered}},
		"server's deadline": {code: codes.DeadlineExceeded, text: "etcdserver: context deadline exceeded", outcomes: []outcome{unanswered}},
		"server cancels":    {code: codes.Canceled, text: "etcdserver: request canceled", outcomes: []outcome{unanswered}},
		"internal":          {code: codes.Internal, outcomes: []outcome{unanswered}},
		"too many requests": {code: codes.ResourceExhausted, text: "etcdserver: too many requests", outcomes: []outcome{neverSent, neverSent}},
		"no space, written": {code: codes.ResourceExhausted, text: "etcdserver: mvcc: database space exceeded", outcomes: []outcome{unanswered}, fails: true},
		"no space":          {code: codes.ResourceExhausted, text: "etcdserver: mvcc: database space exceeded", outcomes: []outcome{neverSent}, fails: true},
		"unknown":           {code: codes.Unknown, text: "?", outcomes: []outcome{unanswered}, fails: true},
		"late":              {outcomes: []outcome{late}, fails: true},
		"late twice":        {code: codes.Unavailable, outcomes: []outcome{neverSent, late}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &line{code: c.code, text: c.text}
			e := openTest(t, Config{Client: l.dial(t, server.Endpoint), Prefix: "/" + name + "/"})
			var rev store.Revision
			for n := range int64(3) {
				l.outcomes = append(l.outcomes, c.outcomes...)
				r := store.Record{Key: "room/a", Revision: rev, Data: []byte(name)}
				l.call(t, c.fails, func(ctx context.Context) (err error) {
					rev, err = e.Commit(ctx, r)
					return err
				})
				if times, is := written(t, e, "room/a"); times != n+1 || is != rev {
					t.Fatalf("got %d commits and revision %d, want %d and %d", times, is, n+1, rev)
				}
			}
			l.outcomes = append(l.outcomes, c.outcomes...)
			l.call(t, c.fails, func(ctx context.Context) error { return e.Delete(ctx, "room/a", rev) })
			if times, _ := written(t, e, "room/a"); times != 0 {
				t.Errorf("after Delete: got a record of %d commits, want none", times)
			}
			if len(l.outcomes) > 0 {
				t.Errorf("got %d outcomes left, want none", len(l.outcomes))
			}
		})
	}
}

// call calls do, and again if it fails.
func (l *line) call(t *testing.T, fails bool, do func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l.giveUp = cancel
	err := do(ctx)
	if (err != nil) != fails || errors.Is(err, store.ErrConflict) {
		t.Fatalf("the first call: got %v, want failure %v", err, fails)
	}
	if err == nil {
		return
	}
	if err := do(t.Context()); err != nil {
		t.Fatalf("the second call: got %v", err)
	}
}

// If another process commits between an attempt and its repetition, the repetition
// conflicts.
func TestOtherCommitBetweenAttempts(t *testing.T) {
	server := etcdtest.Start(t)
	other := openTest(t, Config{Client: dial(t, server.Endpoint)})
	for _, o := range []outcome{neverSent, unanswered} {
		l := &line{code: codes.Unknown, outcomes: []outcome{o}}
		e := openTest(t, Config{Client: l.dial(t, server.Endpoint)})
		base := storetest.MustCommit(t, other, "room/a", 0, []byte("base"))
		r := store.Record{Key: "room/a", Revision: base, Data: []byte("mine")}
		if rev, err := e.Commit(t.Context(), r); err == nil || errors.Is(err, store.ErrConflict) {
			t.Fatalf("Commit: got %d, %v, want another error than %v", rev, err, store.ErrConflict)
		}
		now, err := other.Load(t.Context(), "room/a")
		if err != nil {
			t.Fatal(err)
		}
		last := storetest.MustCommit(t, other, "room/a", now.Revision, []byte("theirs"))
		if rev, err := e.Commit(t.Context(), r); !errors.Is(err, store.ErrConflict) {
			t.Errorf("repeated commit: got %d, %v, want %v", rev, err, store.ErrConflict)
		}
		if err := other.Delete(t.Context(), "room/a", last); err != nil {
			t.Fatal(err)
		}
		if rev, err := e.Commit(t.Context(), r); !errors.Is(err, store.ErrConflict) {
			t.Errorf("repeated commit after a deletion: got %d, %v, want %v", rev, err, store.ErrConflict)
		}
	}
}

// A database that is full is told from one that does not answer.
func TestNoSpace(t *testing.T) {
	server := etcdtest.Start(t)
	l := &line{code: codes.ResourceExhausted, text: "etcdserver: mvcc: database space exceeded", outcomes: []outcome{neverSent}}
	e := openTest(t, Config{Client: l.dial(t, server.Endpoint), Prefix: "/no-space/"})
	_, err := e.Commit(t.Context(), store.Record{Key: "room/a", Data: []byte("a")})
	if !errors.Is(err, store.ErrFull) || !errors.Is(err, rpctypes.ErrNoSpace) {
		t.Errorf("got %v, want that there is no space", err)
	}
}
