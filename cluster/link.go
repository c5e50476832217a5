package cluster

import (
	"context"
	"fmt"
	"maps"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// The limits of the link. A batch of the largest messages there are still fits
// what the other side receives; what does not fit would break the stream.
const (
	batchMessages  = 16
	largestMessage = 4 << 20
	largestBatch   = batchMessages*largestMessage + 1<<20

	silence  = 10 * time.Second // after which a connection is probed
	patience = 3 * time.Second  // for an answer to a probe, or to a handshake

	// For a connection: a network that loses packets is asked twice, a second
	// apart, and then again by the next attempt.
	dialTimeout = 1500 * time.Millisecond
	// Between attempts, at most: who can be reached again is to be found soon.
	largestDelay = 500 * time.Millisecond
)

// link is what joins this node's actor system to those of the others. It speaks
// Proto.Actor's own remote protocol in the place of Proto.Actor's remote: see
// [startLibrary] for why.
type link struct {
	node   *Node
	system *actor.ActorSystem
	dial   []grpc.DialOption
	tcp    func(ctx context.Context, network, address string) (net.Conn, error)
	down   atomic.Bool // nobody can connect, although they should

	mu       sync.Mutex
	server   *grpc.Server
	peers    map[string]*peer // by address
	failures map[string]int   // to keep a connection, in a row, by member ID
	closed   bool
	running  sync.WaitGroup // the server and the peers
}

// openLink listens, gives the actor system its address, and lets other nodes'
// messages in.
func openLink(n *Node) (*link, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", n.conf.Listen)
	if err != nil {
		return nil, fmt.Errorf("cluster: open the node link: %w", err)
	}
	l := &link{node: n, system: n.conf.System, peers: map[string]*peer{}, failures: map[string]int{}}
	l.tcp = (&net.Dialer{Timeout: dialTimeout}).DialContext
	l.dial = []grpc.DialOption{
		grpc.WithTransportCredentials(transport(n)),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(largestBatch), grpc.MaxCallRecvMsgSize(largestBatch)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: silence, Timeout: patience, PermitWithoutStream: true}),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) { return l.tcp(ctx, "tcp", address) }),
		grpc.WithDisableServiceConfig(),
	}
	address := n.conf.Advertise
	if address == "" {
		address = listener.Addr().String()
	}
	registry := l.system.ProcessRegistry
	registry.Address = address
	registry.RegisterAddressResolver(func(*actor.PID) (actor.Process, bool) { return process{l}, true })
	registry.Add(ear{l}, earName)
	l.running.Go(func() { l.serve(listener) })
	return l, nil
}

// newServer is what lets other nodes in.
func (l *link) newServer() *grpc.Server {
	n := l.node
	server := grpc.NewServer(
		grpc.Creds(transport(n)),
		grpc.ConnectionTimeout(patience),
		grpc.MaxRecvMsgSize(largestBatch),
		grpc.InitialWindowSize(largestMessage), grpc.InitialConnWindowSize(largestMessage),
		grpc.MaxConcurrentStreams(16),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: silence, Timeout: patience}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: silence / 2, PermitWithoutStream: true}),
		grpc.StreamInterceptor(n.guardStream), grpc.UnaryInterceptor(n.refuseCall),
		grpc.WaitForHandlers(true),
	)
	remote.RegisterRemotingServer(server, &receiver{link: l})
	return server
}

// relisten is how long to wait with another attempt to listen.
const relisten = 200 * time.Millisecond

// serve lets other nodes in until close. Should that end by itself, it begins
// anew.
func (l *link) serve(listener net.Listener) {
	address := listener.Addr().String()
	for listener != nil {
		server := l.newServer()
		l.mu.Lock()
		l.server = server
		closed := l.closed
		l.mu.Unlock()
		if closed {
			_ = listener.Close()
			return
		}
		l.down.Store(false)
		err := server.Serve(listener)
		l.mu.Lock()
		closed = l.closed
		l.mu.Unlock()
		if closed {
			return
		}
		l.down.Store(true)
		l.node.conf.Log.Error("the node link does not listen any more, and is opened again", "address", address, "err", err)
		server.Stop() // and what came in over it
		listener = l.listenAgain(address)
	}
}

// listenAgain tries until it succeeds, or is nil when the node leaves.
func (l *link) listenAgain(address string) net.Listener {
	for sleep(l.node.life, relisten) {
		listener, err := (&net.ListenConfig{}).Listen(l.node.life, "tcp", address)
		if err == nil {
			return listener
		}
		l.node.conf.Log.Warn("the node link cannot be opened again yet", "address", address, "err", err)
	}
	return nil
}

// farewell bounds how long close waits for what has been sent to be received.
const farewell = time.Second

// close ends everything. What is sent from now on is a dead letter.
func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	peers, server := l.peers, l.server
	l.peers = map[string]*peer{}
	l.mu.Unlock()
	patience := time.AfterFunc(farewell, func() {
		for _, p := range peers {
			p.cut()
		}
	})
	for _, p := range peers {
		p.finish()
	}
	for _, p := range peers {
		<-p.ended
	}
	patience.Stop()
	if server != nil {
		server.Stop()
	}
	l.running.Wait()
}

// peer is the way to the member at address, begun if there is none, or nil if
// there is no such member.
func (l *link) peer(address string) *peer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connect(address)
}

// connect is peer with l.mu held.
func (l *link) connect(address string) *peer {
	if p := l.peers[address]; p != nil {
		return p
	}
	member, ok := l.node.View().Member(address)
	if !ok || l.closed {
		return nil
	}
	p := newPeer(l, member)
	l.peers[address] = p
	delay := retryDelay(l.failures[member.ID])
	l.running.Go(func() { p.run(delay) })
	return p
}

// existing is the way to address if there is one.
func (l *link) existing(address string) *peer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers[address]
}

// retryDelay is how long to wait with a connection after n in a row that did
// not hold.
func retryDelay(n int) time.Duration {
	if n < 2 {
		return 0 // the first may have been an old one
	}
	return min(50*time.Millisecond<<min(n-2, 10), largestDelay)
}

// keep begins the ways to all members, since a broken connection is the first
// sign of a death, and ends those to who is no member any more, or has become
// one anew.
func (l *link) keep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.node.View() // no older than what any peer was made from
	ids := map[string]bool{}
	for _, m := range v.Records() {
		ids[m.ID] = true
	}
	for address, p := range l.peers {
		if !ids[p.member.ID] {
			delete(l.peers, address)
			p.cut()
		}
	}
	maps.DeleteFunc(l.failures, func(id string, _ int) bool { return !ids[id] })
	for _, address := range v.Members() {
		if address != l.system.Address() {
			l.connect(address)
		}
	}
}

// stable is how long a connection must have held for its loss to be a first
// failure again.
const stable = 5 * time.Second

// forget makes room for the next attempt, and reports whether p was still in
// use: then it is a loss.
func (l *link) forget(p *peer, held time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.peers[p.member.Address] != p {
		return false
	}
	delete(l.peers, p.member.Address)
	if held >= stable {
		l.failures[p.member.ID] = 0
	}
	l.failures[p.member.ID]++
	return true
}
