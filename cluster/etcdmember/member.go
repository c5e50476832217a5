package etcdmember

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/etcdhttp"
)

// ErrRemoved means that the other nodes have removed this one from the cluster.
var ErrRemoved = errors.New("this node has been removed from the cluster")

// A Member is the member of etcd inside this node.
type Member struct {
	conf   Config
	ask    Client
	http   *http.Server
	client *clientv3.Client

	server     atomic.Pointer[etcdserver.EtcdServer]
	generation atomic.Pointer[string]
	peers      atomic.Pointer[http.Handler]
	blank      atomic.Bool
	stopped    atomic.Bool // by Stop or Resign
	handedOver atomic.Uint64
	page       atomic.Pointer[func() string]

	superseded error // set before failed is closed

	looking sync.Mutex
	looked  map[uint64]time.Time // by the ID of a member: when silent connections to it were looked for

	changing sync.Mutex // held while members are added or removed
	failed   chan struct{}
	serving  sync.WaitGroup
}

// Start returns when the member takes part in a cluster that has a leader, which may
// take until other nodes have been started. An error before that is one that waiting
// does not end, or the context's.
func Start(ctx context.Context, c Config) (*Member, error) {
	if !slices.Contains(c.First, c.Self) {
		return nil, fmt.Errorf("etcd: %s is not one of the nodes of the cluster", c.Self)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	m := &Member{conf: c, ask: Client{TLS: c.TLS, Secret: c.Secret}, failed: make(chan struct{}), looked: map[uint64]time.Time{}}
	m.generation.Store(&c.Generation)
	m.http = m.httpServer()
	m.serving.Go(func() { _ = m.http.Serve(c.Port.HTTP()) }) // until Stop closes it
	for {
		err := m.enter(ctx)
		if err == nil {
			break
		}
		m.halt()
		if !errors.Is(err, ErrRemoved) || ctx.Err() != nil {
			m.close()
			return nil, fmt.Errorf("etcd: %w", err)
		}
		c.Log.Warn("the other nodes have removed this one from the cluster; its copy of the rooms is deleted", "node", c.Self)
		if err := os.RemoveAll(c.Dir); err != nil {
			m.close()
			return nil, fmt.Errorf("etcd: %w", err)
		}
	}
	e := m.running()
	go m.watch(e)
	m.serving.Go(func() { m.keepSpace(e) }) // until etcd ends
	m.serving.Go(func() { m.keepLeaderFast(e) })
	return m, nil
}

// enter starts the member and waits until it has a vote in a cluster with a leader.
func (m *Member) enter(ctx context.Context) error {
	begin := func(context.Context) error { return m.begin(plan{}) }
	if _, err := os.Stat(m.conf.walDir()); errors.Is(err, os.ErrNotExist) {
		begin = m.beginBlank
	}
	if err := begin(ctx); err != nil {
		return err
	}
	ctx, asked := m.unlessSuperseded(ctx)
	e := m.running()
	err := m.awaitLeader(ctx, e)
	if err == nil {
		err = m.awaitVote(ctx, e)
	}
	if err == nil {
		<-asked
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrSuperseded) {
		return cause
	}
	return err
}

// begin starts etcd. From then on its peers are served.
func (m *Member) begin(p plan) error {
	e, err := etcdserver.NewServer(m.conf.server(p.generation, p.initial, p.act == found, newLog(m.conf.Log)))
	if err != nil && p.act == join && membersChanged(err) {
		return fmt.Errorf("%w: %w", errMembersChanged, err)
	}
	if err != nil {
		return err
	}
	e.Start()
	m.client = newClient(e)
	handler := etcdhttp.NewPeerHandler(e.Logger(), e)
	m.peers.Store(&handler)
	m.server.Store(e)
	return nil
}

// running is etcd, or nil while it does not run.
func (m *Member) running() *etcdserver.EtcdServer { return m.server.Load() }

const (
	askInterval = 300 * time.Millisecond
	askTimeout  = 2 * time.Second
	tellAgain   = 30 * time.Second // why this node waits
)

// awaitLeader waits until etcd has a leader and has told the others about itself.
func (m *Member) awaitLeader(ctx context.Context, e *etcdserver.EtcdServer) error {
	tell := time.NewTimer(5 * time.Second)
	defer tell.Stop()
	for {
		select {
		case <-e.ReadyNotify():
			return nil
		case <-e.StopNotify():
			return m.ending(e)
		case <-ctx.Done():
			return ctx.Err()
		case <-tell.C:
			m.conf.Log.Warn("waiting for a majority of the cluster's nodes; if most of them are lost for good, stop this one and run: pokey cluster recover", "nodes", m.Nodes())
			tell.Reset(tellAgain)
		}
	}
}

// awaitVote waits until a learner has all data, and then has a vote.
func (m *Member) awaitVote(ctx context.Context, e *etcdserver.EtcdServer) error {
	for e.IsLearner() {
		call, cancel := context.WithTimeout(ctx, askTimeout)
		_, err := e.PromoteMember(call, uint64(e.MemberID()))
		cancel()
		if err == nil {
			m.conf.Log.Info("this node has a vote in the cluster now", "node", m.conf.Self)
		}
		select {
		case <-time.After(askInterval):
		case <-e.StopNotify():
			return m.ending(e)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// ending returns why etcd has ended by itself. A member that was removed while it was
// away has been told to end, and the others say why.
func (m *Member) ending(e *etcdserver.EtcdServer) error {
	me := uint64(e.MemberID())
	if e.IsIDRemoved(me) || !e.IsMemberExist(e.MemberID()) {
		return ErrRemoved
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	answers := m.askAll(ctx)
	if err := m.findSuperseded(answers); err != nil { // a later cluster knows this member no more than one that has removed it
		return err
	}
	for node, s := range answers {
		if node != m.conf.Self && s.Leader != "" && !slices.ContainsFunc(s.Members, func(i Info) bool { return i.ID == me }) {
			return ErrRemoved
		}
	}
	return errors.New("the member has ended; the log says why")
}

// Client returns a client of the whole etcd. Stop closes it.
func (m *Member) Client() *clientv3.Client { return m.client }

// Failed is closed when the member has ended by itself. Err says why.
func (m *Member) Failed() <-chan struct{} { return m.failed }

// Err returns why the member has ended by itself, which is [ErrRemoved] if the others
// have removed it. It is called after Failed is closed and before Stop.
func (m *Member) Err() error {
	if m.superseded != nil {
		return m.superseded
	}
	return m.ending(m.running())
}

// watch notes that etcd ends by itself, or is one that nobody must use any more.
func (m *Member) watch(e *etcdserver.EtcdServer) {
	ask := time.NewTicker(supersededInterval)
	defer ask.Stop()
	for {
		select {
		case <-ask.C:
			m.superseded = m.findSuperseded(m.askAll(context.Background()))
		case <-e.StopNotify():
		}
		switch {
		case m.stopped.Load():
			return
		case m.superseded != nil || ended(e):
			close(m.failed)
			return
		}
	}
}
