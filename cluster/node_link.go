package cluster

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"example.com/pokey/cluster/membership"
)

const (
	// maxRetryDelay is the longest pause between attempts: a member that is
	// reachable again must be found soon.
	maxRetryDelay = 500 * time.Millisecond
	// stableAfter is how long a connection must last for its loss to count as the
	// first failure again.
	stableAfter = 5 * time.Second
	// closeTimeout bounds how long close waits until what has been sent is
	// received.
	closeTimeout = time.Second
)

// A nodeLink connects this node's actor system to those of the other nodes. It
// speaks Proto.Actor's remote protocol in place of Proto.Actor's own remote, which
// sets gRPC's global logger while others use it, panics if its port is taken, and
// cannot authenticate nodes.
type nodeLink struct {
	conf   *Config
	view   func() *membership.View
	onLoss func(m membership.Member, used bool, cause error) // called when a connection ends by itself
	server linkServer
	dial   []grpc.DialOption

	mu       sync.Mutex
	peers    map[string]*peer // by address
	failures map[string]int   // connections in a row that did not last, by member ID
	closed   bool
	running  sync.WaitGroup // the server and the peers
}

func newNodeLink(c *Config, count *counters, life context.Context, view func() *membership.View, onLoss func(membership.Member, bool, error)) *nodeLink {
	l := &nodeLink{conf: c, view: view, onLoss: onLoss, peers: map[string]*peer{}, failures: map[string]int{}}
	isMember := func(address string) bool {
		_, ok := view().Member(address)
		return ok
	}
	secured := newHandshakes(&authenticator{conf: c, isMember: isMember, life: life}, count)
	l.server.receiver = &receiver{conf: c, counters: count, isMember: isMember, unwatch: l.unwatch}
	l.server.conf, l.server.handshakes, l.server.life = c, secured, life
	if c.Port != nil {
		c.Port.onReject(secured.count)
	}
	l.dial = []grpc.DialOption{
		grpc.WithTransportCredentials(secured),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(maxBatchBytes), grpc.MaxCallRecvMsgSize(maxBatchBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveTime, Timeout: keepaliveTimeout, PermitWithoutStream: true}),
		grpc.WithContextDialer(c.network.dial),
		grpc.WithDisableServiceConfig(),
	}
	return l
}

// open listens, and gives the actor system its address.
func (l *nodeLink) open() error {
	listener, err := l.conf.network.listen(context.Background(), l.conf.Listen)
	if err != nil {
		return fmt.Errorf("cluster: open the node link: %w", err)
	}
	registry := l.conf.System.ProcessRegistry
	registry.Address = l.conf.Advertise
	if registry.Address == "" {
		registry.Address = listener.Addr().String()
	}
	l.running.Go(func() { l.server.serve(listener) })
	return nil
}

// close ends the link, once what has been sent is received or closeTimeout is over.
// Messages sent from now on are dead letters.
func (l *nodeLink) close() {
	l.server.close()
	l.mu.Lock()
	l.closed = true
	peers := l.peers
	l.peers = map[string]*peer{}
	l.mu.Unlock()
	timeout := time.AfterFunc(closeTimeout, func() {
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
	timeout.Stop()
	l.server.stop()
	l.running.Wait()
}

// peer returns the connection to the member at address, and begins one if there is
// none. It returns nil if there is no such member.
func (l *nodeLink) peer(address string) *peer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connect(address)
}

// connect is peer with l.mu held.
func (l *nodeLink) connect(address string) *peer {
	if p := l.peers[address]; p != nil {
		return p
	}
	member, ok := l.view().Member(address)
	if !ok || l.closed {
		return nil
	}
	p := newPeer(l.conf.System, member, l.dial)
	l.peers[address] = p
	delay := retryDelay(l.failures[member.ID])
	l.running.Go(func() { l.run(p, delay) })
	return p
}

// run serves a peer to its end.
func (l *nodeLink) run(p *peer, delay time.Duration) {
	defer close(p.ended)
	defer p.cut()
	lasted, err := p.serve(delay)
	lost := l.forget(p, lasted)
	used := p.release()
	if lost {
		l.onLoss(p.member, used, err)
	}
}

// forget makes room for the next connection to the member. It reports whether p was
// still in use, so that its end is a loss.
func (l *nodeLink) forget(p *peer, lasted time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.peers[p.member.Address] != p {
		return false
	}
	delete(l.peers, p.member.Address)
	if lasted >= stableAfter {
		l.failures[p.member.ID] = 0
	}
	l.failures[p.member.ID]++
	return true
}

// existing returns the connection to address, or nil if there is none.
func (l *nodeLink) existing(address string) *peer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers[address]
}

// unwatch forgets that a process here watches one of another node.
func (l *nodeLink) unwatch(watcher, watched *actor.PID) {
	if p := l.existing(watched.Address); p != nil {
		p.unwatch(watcher, watched)
	}
}

// reconnect ends the connection to a member if it is old enough to have carried an
// answer. A new one need not wait for TCP's next retransmission.
func (l *nodeLink) reconnect(address string) {
	if p := l.existing(address); p != nil && time.Since(p.began) > unreachableAfter {
		p.cut()
	}
}

// retryDelay returns the pause before a connection after n in a row that did not
// last.
func retryDelay(n int) time.Duration {
	if n < 2 {
		return 0 // the first failure may have been that of an old connection
	}
	return min(50*time.Millisecond<<min(n-2, 10), maxRetryDelay)
}

// follow connects to all members, because a broken connection is the first sign of
// a member's death, and ends the connections to nodes that are no longer members,
// or are members again under another ID.
func (l *nodeLink) follow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view() // no older than the view that any peer was made from
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
		if address != l.conf.System.Address() {
			l.connect(address)
		}
	}
}
