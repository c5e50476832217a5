package cluster

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcpeer "google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// A receiver delivers what other nodes send to the actors of this node.
type receiver struct {
	remote.UnimplementedRemotingServer
	conf     *Config
	counters *counters
	isMember func(address string) bool
	// unwatch is called when a process of another node that was watched from here
	// has terminated.
	unwatch func(watcher, watched *actor.PID)
}

// formerMemberTimeout is how long the messages of a member that has left are still
// received: it sends its last ones while it leaves.
const formerMemberTimeout = 3 * time.Second

// Receive serves one peer until the peer ends the stream, is no longer a member, or
// sends something that no node sends. That ends this stream and nothing else.
func (r *receiver) Receive(stream remote.Remoting_ReceiveServer) error {
	from, err := peerAddress(stream.Context())
	if err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if hello := first.GetConnectRequest().GetServerConnection(); hello == nil || hello.GetAddress() != from {
		return r.malformed(from, errors.New("no connect request with its own address"))
	}
	answer := &remote.ConnectResponse{MemberId: r.conf.System.ID}
	if err := stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectResponse{ConnectResponse: answer}}); err != nil {
		return err
	}
	rules := inboundRules{self: r.conf.System.Address(), from: from, accept: r.conf.Accept}
	lastMember := time.Now() // when the peer was last seen to be a member
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		now := time.Now()
		if r.isMember(from) {
			lastMember = now
		} else if now.Sub(lastMember) > formerMemberTimeout {
			return status.Error(codes.PermissionDenied, "no longer a member")
		}
		if err := r.deliverBatch(m, rules); err != nil {
			return r.malformed(from, err)
		}
	}
}

// deliverBatch delivers all messages of a batch, or none.
func (r *receiver) deliverBatch(m *remote.RemoteMessage, rules inboundRules) error {
	b, ok := m.MessageType.(*remote.RemoteMessage_MessageBatch)
	if !ok {
		return errors.New("not a batch")
	}
	messages, err := decode(b.MessageBatch, rules)
	if err != nil {
		return err
	}
	for _, m := range messages {
		r.deliver(m)
	}
	return nil
}

// peerAddress returns the address of the member at the other end of a stream.
func peerAddress(ctx context.Context) (address string, err error) {
	if p, ok := grpcpeer.FromContext(ctx); ok {
		if info, ok := p.AuthInfo.(authenticated); ok {
			return info.address, nil
		}
	}
	return "", status.Error(codes.Unauthenticated, "not authenticated")
}

// malformed counts and reports a stream that ends because of a message on it, and
// returns its status. The reason quotes nothing of the message.
func (r *receiver) malformed(from string, reason error) error {
	r.counters.badStreams.Add(1)
	r.conf.observeSecurity(NodeStreamEnded, from, reason.Error())
	return status.Error(codes.InvalidArgument, reason.Error())
}

// deliver sends a message to its process on this node.
func (r *receiver) deliver(m incoming) {
	local, _ := r.conf.System.ProcessRegistry.GetLocal(m.target.Id) // or the process for dead letters
	switch message := m.message.(type) {
	case *actor.Terminated:
		r.unwatch(m.target, message.Who)
		local.SendSystemMessage(m.target, message)
	case actor.SystemMessage:
		local.SendSystemMessage(m.target, message)
	default:
		if m.sender == nil && m.header == nil {
			local.SendUserMessage(m.target, message)
			return
		}
		local.SendUserMessage(m.target, &actor.MessageEnvelope{Header: m.header, Message: message, Sender: m.sender})
	}
}

// guardStream refuses all streams but the link's only one, and keeps a panic in it
// from ending the process.
func (r *receiver) guardStream(server any, stream grpc.ServerStream, call *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	if call.FullMethod != "/remote.Remoting/Receive" {
		r.counters.refusedCalls.Add(1)
		return status.Error(codes.Unimplemented, "not offered")
	}
	defer func() {
		if reason := recover(); reason != nil {
			r.counters.badStreams.Add(1)
			address, _ := peerAddress(stream.Context()) // nobody else gets this far
			r.conf.Log.Error("panic while receiving from a node", "address", address, "reason", typeName(reason), "stack", string(debug.Stack()))
			err = status.Error(codes.Internal, "internal error")
		}
	}()
	return handler(server, stream)
}

// refuseCall refuses all calls that are no streams.
func (r *receiver) refuseCall(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
	r.counters.refusedCalls.Add(1)
	return nil, status.Error(codes.Unimplemented, "not offered")
}
