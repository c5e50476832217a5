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

// A peer is one connection to another member. It ends with the first fault:
// everything under way on it is lost, and the link makes another peer.
//
// Its queue has no bound of its own. The sender bounds what is under way to a
// node from end to end (actors/node_flow.go): a bound here would count only the
// part that gRPC has not taken yet.
type peer struct {
	system *actor.ActorSystem
	member membership.Member
	dial   []grpc.DialOption
	ctx    context.Context // ends when the peer is cut
	cut    context.CancelFunc
	queued chan struct{} // the queue or finishing has changed
	ended  chan struct{}
	began  time.Time

	mu        sync.Mutex
	queue     []outgoing
	used      bool // there was a message to send that is no probe
	connected bool
	finishing bool                     // it ends when the queue is empty
	released  bool                     // the queue takes no more messages
	watched   map[string]*actor.PIDSet // processes there, by the ID of the watcher here
}

func newPeer(system *actor.ActorSystem, member membership.Member, dial []grpc.DialOption) *peer {
	p := &peer{
		system: system, member: member, dial: dial,
		queued: make(chan struct{}, 1), ended: make(chan struct{}), began: time.Now(), watched: map[string]*actor.PIDSet{},
	}
	p.ctx, p.cut = context.WithCancel(context.Background())
	return p
}

// push queues a message, and reports false if the peer has ended.
func (p *peer) push(o outgoing) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released || p.finishing {
		return false
	}
	p.used = p.used || !o.probe
	p.queue = append(p.queue, o)
	wake(p.queued)
	return true
}

// finish ends the peer once everything in its queue has been sent.
func (p *peer) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finishing = true
	if len(p.queue) == 0 && !p.connected {
		p.cut()
	}
	wake(p.queued)
}

// dequeue returns the next messages, and whether more may be queued.
func (p *peer) dequeue() (batch []outgoing, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(p.queue), batchMessages)
	batch = slices.Clone(p.queue[:n])
	clear(p.queue[:n]) // so that sent messages can be collected
	if p.queue = p.queue[n:]; len(p.queue) == 0 {
		p.queue = nil // and their array
	}
	return batch, !p.finishing
}

// serve connects after a delay and sends until something breaks. It returns how
// long the connection lasted.
func (p *peer) serve(delay time.Duration) (lasted time.Duration, err error) {
	if delay > 0 && !sleep(p.ctx, delay) {
		return 0, p.ctx.Err()
	}
	conn, err := grpc.NewClient("passthrough:///"+p.member.Address, p.dial...)
	if err != nil {
		return 0, err
	}
	stream, err := p.connect(conn)
	if err != nil {
		_ = conn.Close()
		return 0, err
	}
	p.mu.Lock()
	p.connected = true
	p.mu.Unlock()
	began := time.Now()
	broken := make(chan error, 1)
	var draining sync.WaitGroup
	draining.Go(func() { broken <- drain(stream) })
	err = p.pump(stream, broken)
	lasted = time.Since(began)
	_ = conn.Close() // which ends the stream
	draining.Wait()
	return lasted, err
}

// connect opens the stream and says which node this is.
func (p *peer) connect(conn *grpc.ClientConn) (remote.Remoting_ReceiveClient, error) {
	timer := time.AfterFunc(handshakeTimeout, p.cut)
	defer timer.Stop()
	stream, err := remote.NewRemotingClient(conn).Receive(p.ctx)
	if err != nil {
		return nil, err
	}
	hello := &remote.ServerConnection{SystemId: p.system.ID, Address: p.system.Address()}
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

// drain reads the stream to its end. The other side sends nothing on it.
func drain(stream remote.Remoting_ReceiveClient) error {
	for {
		if _, err := stream.Recv(); err != nil {
			return err
		}
	}
}

// pump sends what is queued until the stream breaks or the peer has finished.
func (p *peer) pump(stream remote.Remoting_ReceiveClient, broken <-chan error) error {
	for {
		batch, more := p.dequeue()
		switch {
		case len(batch) > 0:
			if err := stream.Send(encode(batch)); err != nil {
				p.cut()
				return errors.Join(<-broken, err) // the reader has the cause
			}
		case more:
			select {
			case <-p.queued:
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

// release answers for everything that was under way: senders get a dead letter
// response, and watchers are told that what they watch is unreachable. It reports
// whether the peer was used.
func (p *peer) release() (used bool) {
	p.mu.Lock()
	queue, watched := p.queue, p.watched
	p.queue, p.watched, p.released = nil, nil, true
	used = p.used
	p.mu.Unlock()
	for _, o := range queue {
		if o.sender != nil && !o.probe {
			p.system.Root.Send(o.sender, &actor.DeadLetterResponse{Target: o.target})
		}
	}
	for id, set := range watched {
		watcher := p.system.NewLocalPID(id)
		set.ForEach(func(_ int, watched *actor.PID) { notifyUnreachable(p.system, watcher, watched) })
	}
	return used
}

// notifyUnreachable notifies a local watcher that a process it watches is
// unreachable.
func notifyUnreachable(system *actor.ActorSystem, watcher, watched *actor.PID) {
	if local, ok := system.ProcessRegistry.GetLocal(watcher.Id); ok {
		local.SendSystemMessage(watcher, &actor.Terminated{Who: watched, Why: actor.TerminatedReason_AddressTerminated})
	}
}

// watch remembers that a local process watches one of the peer's, and reports false
// if the peer has ended.
func (p *peer) watch(watcher, watched *actor.PID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released || p.finishing {
		return false
	}
	if p.watched[watcher.Id] == nil {
		p.watched[watcher.Id] = actor.NewPIDSet()
	}
	p.watched[watcher.Id].Add(watched)
	return true
}

func (p *peer) unwatch(watcher, watched *actor.PID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if set := p.watched[watcher.Id]; set != nil && set.Remove(watched) && set.Len() == 0 {
		delete(p.watched, watcher.Id)
	}
}
