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

// receiver takes in what other nodes send.
type receiver struct {
	remote.UnimplementedRemotingServer
	link *link
}

// parting is how long what a member has sent is taken in after its membership
// has ended: it says farewell.
const parting = 3 * time.Second

// Receive serves one peer until it ends the stream, is a member no more, or
// sends what no node sends, which ends the stream and nothing else.
func (r *receiver) Receive(stream remote.Remoting_ReceiveServer) error {
	from, err := senderOf(stream.Context())
	if err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if hello := first.GetConnectRequest().GetServerConnection(); hello == nil || hello.GetAddress() != from {
		return r.malformed(from, errors.New("no connect request of its own"))
	}
	answer := &remote.ConnectResponse{MemberId: r.link.system.ID}
	if err := stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectResponse{ConnectResponse: answer}}); err != nil {
		return err
	}
	g := gate{self: r.link.system.Address(), from: from, accept: r.link.node.conf.Accept}
	last := time.Now() // that it was seen to be a member
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		now := time.Now()
		if _, member := r.link.node.View().Member(from); member {
			last = now
		} else if now.Sub(last) > parting {
			return status.Error(codes.PermissionDenied, "no member any more")
		}
		if err := r.take(m, g); err != nil {
			return r.malformed(from, err)
		}
	}
}

// take delivers a batch, all of it or nothing.
func (r *receiver) take(m *remote.RemoteMessage, g gate) error {
	b, ok := m.MessageType.(*remote.RemoteMessage_MessageBatch)
	if !ok {
		return errors.New("not a batch")
	}
	messages, err := decode(b.MessageBatch, g)
	if err != nil {
		return err
	}
	for _, m := range messages {
		r.link.deliver(m)
	}
	return nil
}

// senderOf is the address of the member at the other end of a stream.
func senderOf(ctx context.Context) (address string, err error) {
	if p, ok := grpcpeer.FromContext(ctx); ok {
		if info, ok := p.AuthInfo.(introduced); ok {
			return info.address, nil
		}
	}
	return "", status.Error(codes.Unauthenticated, "not introduced")
}

// malformed is the end of a stream, in words that quote nothing of it.
func (r *receiver) malformed(from string, err error) error {
	r.link.node.counts.bad.Add(1)
	r.link.node.observeSecurity(NodeStreamEnded, from, err.Error())
	return status.Error(codes.InvalidArgument, err.Error())
}

// deliver hands a message to its actor here.
func (l *link) deliver(m incoming) {
	local, _ := l.system.ProcessRegistry.GetLocal(m.target.Id) // or where dead letters go
	switch message := m.message.(type) {
	case *actor.Terminated:
		if p := l.existing(message.Who.Address); p != nil {
			p.unwatch(m.target, message.Who)
		}
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

// guardStream lets nothing but the link's one call through, and keeps a panic
// in it from ending the process.
func (n *Node) guardStream(server any, stream grpc.ServerStream, call *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	if call.FullMethod != "/remote.Remoting/Receive" {
		n.counts.refused.Add(1)
		return status.Error(codes.Unimplemented, "not offered")
	}
	defer func() {
		if reason := recover(); reason != nil {
			n.counts.bad.Add(1)
			n.conf.Log.Error("a panic while receiving from a node", "reason", typeName(reason), "stack", string(debug.Stack()))
			err = status.Error(codes.Internal, "internal error")
		}
	}()
	return handler(server, stream)
}

// refuseCall refuses every call that is not a stream.
func (n *Node) refuseCall(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
	n.counts.refused.Add(1)
	return nil, status.Error(codes.Unimplemented, "not offered")
}
