package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func dialLink(t *testing.T, address string, config *tls.Config) *grpc.ClientConn {
	t.Helper()
	secured := insecure.NewCredentials()
	if config != nil {
		secured = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(secured))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// dialAs connects to a link as a node does, with everything that it can prove.
func dialAs(t *testing.T, peer *Node, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(peer.link.server.handshakes))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// talk sends messages on a stream of its own and returns how it ends, or nil if
// it was still open when everything had been received.
func talk(ctx context.Context, conn *grpc.ClientConn, messages ...*remote.RemoteMessage) error {
	stream, err := remote.NewRemotingClient(conn).Receive(ctx)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if stream.Send(m) != nil {
			break // Recv says why
		}
	}
	_ = stream.CloseSend()
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func hello(from string) *remote.RemoteMessage {
	c := &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{SystemId: "x", Address: from}}}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: c}}
}

// oneMessage returns a batch as Proto.Actor makes it, changed by the test.
func oneMessage(target *actor.PID, m proto.Message, change func(*remote.MessageBatch)) *remote.RemoteMessage {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	b := &remote.MessageBatch{
		TypeNames: []string{string(proto.MessageName(m))}, Targets: []*actor.PID{target},
		Envelopes: []*remote.MessageEnvelope{{MessageData: data}},
	}
	if change != nil {
		change(b)
	}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}
}

// malformed returns batches that end or corrupt a process with Proto.Actor's remote.
func malformed(target *actor.PID) map[string]*remote.RemoteMessage {
	envelope := func(change func(*remote.MessageEnvelope)) *remote.RemoteMessage {
		return oneMessage(target, wrapperspb.String("x"), func(b *remote.MessageBatch) { change(b.Envelopes[0]) })
	}
	batch := func(change func(*remote.MessageBatch)) *remote.RemoteMessage {
		return oneMessage(target, wrapperspb.String("x"), change)
	}
	return map[string]*remote.RemoteMessage{
		"unknown type":                         batch(func(b *remote.MessageBatch) { b.TypeNames[0] = "no.Such" }),
		"type index":                           envelope(func(e *remote.MessageEnvelope) { e.TypeId = 1 }),
		"negative type index":                  envelope(func(e *remote.MessageEnvelope) { e.TypeId = -1 }),
		"serializer":                           envelope(func(e *remote.MessageEnvelope) { e.SerializerId = 7 }),
		"negative serializer":                  envelope(func(e *remote.MessageEnvelope) { e.SerializerId = -1 }),
		"json":                                 envelope(func(e *remote.MessageEnvelope) { e.SerializerId, e.MessageData = 1, []byte(`"x"`) }),
		"target index":                         envelope(func(e *remote.MessageEnvelope) { e.Target = 9 }),
		"sender index":                         envelope(func(e *remote.MessageEnvelope) { e.Sender = 9 }),
		"negative sender":                      envelope(func(e *remote.MessageEnvelope) { e.Sender = -9 }),
		"no targets":                           batch(func(b *remote.MessageBatch) { b.Targets = nil }),
		"empty envelope":                       batch(func(b *remote.MessageBatch) { b.TypeNames, b.Envelopes[0] = nil, &remote.MessageEnvelope{} }),
		"half a message":                       envelope(func(e *remote.MessageEnvelope) { e.MessageData = []byte{0x0a, 0x09, 'x'} }),
		"target elsewhere":                     batch(func(b *remote.MessageBatch) { b.Targets[0] = actor.NewPID("10.0.0.1:1", target.Id) }),
		"watch without watcher":                oneMessage(target, &actor.Watch{}, nil),
		"watch by a third node":                oneMessage(target, &actor.Watch{Watcher: actor.NewPID("10.0.0.1:1", "x")}, nil),
		"end of no process":                    oneMessage(target, &actor.Terminated{}, nil),
		"end of the receiver's own process":    oneMessage(target, &actor.Terminated{Who: target}, nil),
		"second connect request":               hello("x:1"),
		"stop":                                 oneMessage(target, &actor.Stop{}, nil),
		"poison pill":                          oneMessage(target, &actor.PoisonPill{}, nil),
		"probe of an actor":                    oneMessage(target, &actor.Touch{}, nil),
		"other message for the probe endpoint": oneMessage(actor.NewPID(target.Address, probeName), wrapperspb.String("x"), nil),
		"sender on a third node": batch(func(b *remote.MessageBatch) {
			b.Senders, b.Envelopes[0].Sender = []*actor.PID{actor.NewPID("10.0.0.1:1", "x")}, 1
		}),
		"no content": {},
	}
}
