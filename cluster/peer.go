package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"

	"example.com/pokey/cluster/membership"
)

// outgoing is an encoded message under way to another node.
type outgoing struct {
	target, sender *actor.PID
	header         map[string]string
	typeName       string
	data           []byte
	idle           bool // nothing is lost with it
}

// peer is one connection to another member, from the first message for it to
// the first fault: then everything under way is lost and another peer begins.
//
// Its queue has no bound of its own. The sender bounds what is under way to a
// node from end to end (actors/node_flow.go): a bound here would count only the
// part that gRPC has not taken yet.
type peer struct {
	link   *link
	member membership.Member
	ctx    context.Context // ends when it is cut
	cut    context.CancelFunc
	wake   chan struct{}
	ended  chan struct{}
	began  time.Time

	mu        sync.Mutex
	queue     []outgoing
	used      bool // something was to be sent
	connected bool
	finishing bool                     // it ends when the queue is empty
	over      bool                     // nothing may be queued any more
	watched   map[string]*actor.PIDSet // there, by the id of the watcher here
}

func newPeer(l *link, member membership.Member) *peer {
	p := &peer{link: l, member: member, wake: make(chan struct{}, 1), ended: make(chan struct{}), began: time.Now(), watched: map[string]*actor.PIDSet{}}
	p.ctx, p.cut = context.WithCancel(context.Background())
	return p
}

// push queues a message and reports whether there is still somebody to send it.
func (p *peer) push(o outgoing) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.finishing {
		return false
	}
	p.used = p.used || !o.idle
	p.queue = append(p.queue, o)
	nudge(p.wake)
	return true
}

// finish has the peer end when everything has been sent.
func (p *peer) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finishing = true
	if len(p.queue) == 0 && !p.connected {
		p.cut()
	}
	nudge(p.wake)
}

// take returns the next messages, and whether more may come.
func (p *peer) take() (batch []outgoing, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(p.queue), batchMessages)
	batch = slices.Clone(p.queue[:n])
	clear(p.queue[:n]) // what has been sent is garbage
	if p.queue = p.queue[n:]; len(p.queue) == 0 {
		p.queue = nil // and what it was made of
	}
	return batch, !p.finishing
}

// run connects after a delay and sends until something breaks.
func (p *peer) run(delay time.Duration) {
	defer close(p.ended)
	defer p.cut()
	held, err := p.serve(delay)
	lost := p.link.forget(p, held)
	used := p.release()
	if lost {
		p.link.node.linkLost(p.member, used, err)
	}
}

// serve also returns how long the connection held.
func (p *peer) serve(delay time.Duration) (held time.Duration, err error) {
	if delay > 0 {
		select {
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		case <-time.After(delay):
		}
	}
	conn, err := grpc.NewClient("passthrough:///"+p.member.Address, p.link.dial...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }() // there is nothing to be done about it
	stream, err := p.connect(conn)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	p.connected = true
	p.mu.Unlock()
	began := time.Now()
	broken := make(chan error, 1)
	p.link.running.Go(func() { broken <- drain(stream) })
	err = p.pump(stream, broken)
	return time.Since(began), err
}

// connect opens the stream and says who we are, within patience.
func (p *peer) connect(conn *grpc.ClientConn) (remote.Remoting_ReceiveClient, error) {
	timer := time.AfterFunc(patience, p.cut)
	defer timer.Stop()
	stream, err := remote.NewRemotingClient(conn).Receive(p.ctx)
	if err != nil {
		return nil, err
	}
	hello := &remote.ServerConnection{SystemId: p.link.system.ID, Address: p.link.system.Address()}
	request := &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: hello}}
	if err := stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: request}}); err != nil {
		return nil, err
	}
	answer, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	if answer.GetConnectResponse() == nil {
		return nil, errors.New("no answer to the connect request")
	}
	return stream, nil
}

// drain reads what the other side says, which is nothing, to its end.
func drain(stream remote.Remoting_ReceiveClient) error {
	for {
		if _, err := stream.Recv(); err != nil {
			return err
		}
	}
}

func (p *peer) pump(stream remote.Remoting_ReceiveClient, broken <-chan error) error {
	for {
		batch, more := p.take()
		switch {
		case len(batch) > 0:
			if err := stream.Send(encode(batch)); err != nil {
				p.cut()
				return errors.Join(<-broken, err) // the reader has the cause
			}
		case more:
			select {
			case <-p.wake:
			case err := <-broken:
				return fmt.Errorf("the stream has ended: %w", err)
			}
		default:
			if err := stream.CloseSend(); err != nil {
				return err
			}
			if err := <-broken; !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}
	}
}

// release answers for everything that was under way: who asked is told that
// nobody will answer, and who watches that there is nothing to be seen. It
// reports whether there was anything.
func (p *peer) release() (used bool) {
	p.mu.Lock()
	queue, watched := p.queue, p.watched
	p.queue, p.watched, p.over = nil, nil, true
	used = p.used
	p.mu.Unlock()
	for _, o := range queue {
		if o.sender != nil && !o.idle {
			p.link.system.Root.Send(o.sender, &actor.DeadLetterResponse{Target: o.target})
		}
	}
	for id, set := range watched {
		watcher := p.link.system.NewLocalPID(id)
		set.ForEach(func(_ int, who *actor.PID) { p.link.terminated(watcher, who) })
	}
	return used
}

// terminated tells a watcher here that who cannot be reached any more.
func (l *link) terminated(watcher, who *actor.PID) {
	if local, ok := l.system.ProcessRegistry.GetLocal(watcher.Id); ok {
		local.SendSystemMessage(watcher, &actor.Terminated{Who: who, Why: actor.TerminatedReason_AddressTerminated})
	}
}

// watch remembers who watches whom, and reports whether it can.
func (p *peer) watch(watcher, who *actor.PID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.finishing {
		return false
	}
	if p.watched[watcher.Id] == nil {
		p.watched[watcher.Id] = actor.NewPIDSet()
	}
	p.watched[watcher.Id].Add(who)
	return true
}

func (p *peer) unwatch(watcher, who *actor.PID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if set := p.watched[watcher.Id]; set != nil && set.Remove(who) && set.Len() == 0 {
		delete(p.watched, watcher.Id)
	}
}
