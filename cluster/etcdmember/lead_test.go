package etcdmember

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"go.etcd.io/raft/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/pokey/cluster"
	"example.com/pokey/store/etcdtest"
)

// Who leads instead of a slow leader.
func TestSuccessors(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		own    time.Duration
		others []time.Duration
		want   []int // of others
	}{
		"a slow network of the leader's":        {1200 * ms, []time.Duration{5 * ms, 3 * ms}, []int{1, 0}},
		"one other is as slow":                  {310 * ms, []time.Duration{9 * ms, 320 * ms}, []int{0}},
		"it is slow, and needed for a majority": {1200 * ms, []time.Duration{1205 * ms}, nil},
		"another continent each":                {450 * ms, []time.Duration{440 * ms, 460 * ms}, nil},
		"two of three on another continent":     {450 * ms, []time.Duration{10 * ms, 12 * ms}, []int{0, 1}},
		"slow machines everywhere":              {310 * ms, []time.Duration{300 * ms, 105 * ms}, nil},
		"faster, but not much":                  {600 * ms, []time.Duration{250 * ms, 201 * ms}, nil},
		"just fast enough":                      {600 * ms, []time.Duration{200 * ms}, []int{0}},
		"much work, in a good place":            {30 * ms, []time.Duration{2 * ms, 3 * ms}, nil},
		"nobody answers":                        {1200 * ms, nil, nil},
		"two of five are slow as well":          {1200 * ms, []time.Duration{4 * ms, 1200 * ms, 2 * ms, 1100 * ms}, []int{2, 0}},
	} {
		var others []standing
		for i, pace := range c.others {
			others = append(others, standing{node: fmt.Sprint(i), id: uint64(i), pace: pace}) //nolint:gosec // it is small
		}
		var got []int
		for _, s := range successors(c.own, others, slowConfirm) {
			got = append(got, int(s.id)) //nolint:gosec // it is small
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// A leader is slow for long if no confirmation has come in time for a while.
func TestSlowness(t *testing.T) {
	const ms = time.Millisecond
	began := time.Unix(0, 0)
	var s slowness
	for i, c := range []struct {
		from, to time.Duration // of a confirmation
		inTime   bool
		want     bool
	}{
		{0, 0, true, false},
		{250 * ms, 500 * ms, false, false},
		{1000 * ms, 1249 * ms, false, false},
		{1250 * ms, 1251 * ms, true, false}, // it was but a pause
		{1500 * ms, 1750 * ms, false, false},
		{2250 * ms, 2500 * ms, false, true},
		{2500 * ms, 2750 * ms, false, true},
		{3000 * ms, 3001 * ms, true, false},
		{3250 * ms, 9000 * ms, false, true}, // this process did not run
	} {
		s.note(began.Add(c.from), c.inTime)
		if got := s.long(began.Add(c.to)); got != c.want {
			t.Errorf("confirmation %d: got %v, want %v", i, got, c.want)
		}
	}
}

// A slow leader compares itself with the others now and then, and hands over three times,
// and then once a minute.
func TestHowOftenALeaderCompares(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	for name, c := range map[string]struct {
		better     []standing
		compared   time.Duration // ago; 0 for never
		handedOver []time.Duration
		want       bool
	}{
		"for the first time":                 {want: true},
		"it has just compared":               {compared: compareInterval - 1, want: false},
		"again":                              {compared: compareInterval, want: true},
		"it knows who is better":             {better: []standing{{}}, compared: compareInterval, want: false},
		"it has handed over twice":           {handedOver: []time.Duration{20 * time.Second, 10 * time.Second}, want: true},
		"it has handed over three times":     {handedOver: []time.Duration{50 * time.Second, 20 * time.Second, 10 * time.Second}, want: false},
		"three times, the first longer ago":  {handedOver: []time.Duration{70 * time.Second, 20 * time.Second, 10 * time.Second}, want: true},
		"four times, the last a while ago":   {handedOver: []time.Duration{80 * time.Second, 70 * time.Second, 65 * time.Second, 15 * time.Second}, want: false},
		"three times, all of them hours ago": {handedOver: []time.Duration{time.Hour, time.Hour, time.Hour}, want: true},
	} {
		l := newLeadership()
		l.better = c.better
		if c.compared > 0 {
			l.compared = now.Add(-c.compared)
		}
		for _, ago := range c.handedOver {
			l.bound.AllowN(now.Add(-ago), 1)
		}
		if got := l.mayCompare(now); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// A leader with a slow network has another one lead, and everything goes on. That one is
// no slower than the third, and keeps the leadership.
func TestASlowLeaderHandsOver(t *testing.T) {
	t.Parallel()
	var slow atomic.Pointer[string]
	members := startThree(t, func(self string) Config {
		return Config{confirm: time.Nanosecond, slowed: func(took time.Duration) time.Duration {
			if s := slow.Load(); s != nil && *s == self {
				return took + 100*time.Second
			}
			return took + 10*time.Second // how long it really takes makes no difference
		}}
	})
	var now *Member
	for deadline := time.Now().Add(time.Minute); now == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody has handed over")
		}
		for self, m := range members {
			switch was := slow.Load(); {
			case !m.Stats().Leads:
			case was == nil, *was != self && members[*was].Stats().HandedOver == 0: // it has just been elected
				slow.Store(&self)
			case *was != self:
				now = m
			}
		}
	}
	for self, m := range members {
		if _, err := m.Client().Put(t.Context(), "a", self); err != nil {
			t.Errorf("%s cannot write: %v", self, err)
		}
	}
	if better := now.compare(t.Context(), now.running()); len(better) > 0 {
		t.Errorf("the new leader would hand over to %v, want to nobody", better)
	}
}

// An attempt that fails, during which nothing can be written, counts as well.
func TestHandingOverToNobody(t *testing.T) {
	t.Parallel()
	m, _, _ := startWith(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), confirm: time.Nanosecond})
	l := newLeadership()
	l.slow.since, l.better = time.Now().Add(-slowFor), []standing{{node: "nobody", id: 42}}
	m.checkLeader(t.Context(), m.running(), l)
	if left := l.bound.Tokens(); left > handOverBurst-0.5 || m.Stats().HandedOver > 0 || len(l.better) > 0 {
		t.Errorf("got %.1f more attempts, %d hand-overs and %v as better, want %d, none and nobody", left, m.Stats().HandedOver, l.better, handOverBurst-1)
	}
}

// startThree starts the three members of a cluster, by their names.
func startThree(t *testing.T, with func(self string) Config) map[string]*Member {
	t.Helper()
	certs := t.TempDir()
	if err := cluster.NewCertificates(certs, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	mine := credentials(t, certs, "127.0.0.1")
	nodes := []string{etcdtest.FreeAddress(t), etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var mu sync.Mutex
	members := map[string]*Member{}
	var starting sync.WaitGroup
	for _, self := range nodes {
		c := with(self)
		c.Log, c.Dir, c.Self, c.First, c.TLS, c.Secret = slog.New(slog.DiscardHandler), t.TempDir(), self, nodes, mine, secret("ours")
		port, err := cluster.OpenPort(self, mine, c.Log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = port.Close() })
		c.Port = port
		starting.Go(func() {
			m, err := Start(ctx, c)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(m.Stop)
			mu.Lock()
			defer mu.Unlock()
			members[self] = m
		})
	}
	starting.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return members
}

// What a leader refuses while it hands over can be asked again at once.
func TestChangesAreRefusedWhileALeaderHandsOver(t *testing.T) {
	var k promptKV
	k.begin()
	full := status.Error(codes.ResourceExhausted, "etcdserver: mvcc: database space exceeded")
	for _, c := range []struct{ err, want error }{
		{nil, nil}, {full, full}, {status.Error(codes.Unknown, raft.ErrProposalDropped.Error()), rpctypes.ErrGRPCLeaderChanged},
	} {
		_, done := k.during(t.Context())
		if got := done(c.err); !errors.Is(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.err, got, c.want)
		}
	}
}
