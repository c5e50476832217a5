package cluster

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// incoming is a decoded message from another node.
type incoming struct {
	target, sender *actor.PID
	header         map[string]string
	message        proto.Message
}

// encode makes a batch of messages, in which each type and process is named
// once.
func encode(messages []outgoing) *remote.RemoteMessage {
	b := &remote.MessageBatch{Envelopes: make([]*remote.MessageEnvelope, 0, len(messages))}
	types, targets, senders := map[string]int32{}, map[string]int32{}, map[string]int32{}
	for _, o := range messages {
		e := &remote.MessageEnvelope{MessageData: o.data, TargetRequestId: o.target.RequestId}
		var first bool
		if e.TypeId, first = index(types, o.typeName); first {
			b.TypeNames = append(b.TypeNames, o.typeName)
		}
		if e.Target, first = index(targets, o.target.Id); first {
			b.Targets = append(b.Targets, &actor.PID{Address: o.target.Address, Id: o.target.Id})
		}
		if o.sender != nil {
			e.SenderRequestId = o.sender.RequestId
			if e.Sender, first = index(senders, o.sender.Address+"/"+o.sender.Id); first {
				b.Senders = append(b.Senders, &actor.PID{Address: o.sender.Address, Id: o.sender.Id})
			}
			e.Sender++ // 0 is nobody
		}
		if o.header != nil {
			e.MessageHeader = &remote.MessageHeader{HeaderData: o.header}
		}
		b.Envelopes = append(b.Envelopes, e)
	}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}
}

// index is the number of name, and whether it is a new one.
func index(numbers map[string]int32, name string) (n int32, first bool) {
	n, known := numbers[name]
	if !known {
		n = int32(len(numbers))
		numbers[name] = n
	}
	return n, !known
}

// gate is what may come in over one stream.
type gate struct {
	self, from string                            // the addresses of this node and of the peer
	accept     func(target, message string) bool // see [Config.Accept]
}

// passes reports whether a message of a type may go to a process of a node,
// whichever of the two this one is. Nodes ask each other's ears whether they
// hear; what else there is, the caller says.
func passes(accept func(target, message string) bool, target, message string) bool {
	if target == earName {
		return message == "actor.Touch" || message == "actor.Touched"
	}
	return accept(target, message)
}

// decode is the whole of a batch, or an error if anything in it is not as it
// should be. It believes nothing.
func decode(b *remote.MessageBatch, g gate) ([]incoming, error) {
	messages := make([]incoming, 0, len(b.Envelopes))
	for _, e := range b.Envelopes {
		m, err := decodeEnvelope(b, e, g)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func decodeEnvelope(b *remote.MessageBatch, e *remote.MessageEnvelope, g gate) (m incoming, err error) {
	if e.GetSerializerId() != 0 {
		return m, errors.New("unknown serializer")
	}
	name, err := at(b.TypeNames, e.GetTypeId())
	if err != nil {
		return m, fmt.Errorf("type: %w", err)
	}
	if m.target, err = at(b.Targets, e.GetTarget()); err != nil {
		return m, fmt.Errorf("target: %w", err)
	}
	if m.target.GetAddress() != g.self {
		return m, errors.New("target: not on this node")
	}
	m.target = &actor.PID{Address: g.self, Id: m.target.GetId(), RequestId: e.GetTargetRequestId()}
	if e.Sender != 0 {
		if m.sender, err = at(b.Senders, e.Sender-1); err != nil {
			return m, fmt.Errorf("sender: %w", err)
		}
		m.sender = &actor.PID{Address: m.sender.GetAddress(), Id: m.sender.GetId(), RequestId: e.GetSenderRequestId()}
	}
	if m.sender != nil && m.sender.Address != g.from {
		return m, errors.New("sender: not on the node that sends")
	}
	if !passes(g.accept, m.target.Id, name) {
		return m, errors.New("message: not one for this target")
	}
	m.header = e.GetMessageHeader().GetHeaderData()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return m, errors.New("type: unknown to this node")
	}
	m.message = kind.New().Interface()
	if err := proto.Unmarshal(e.GetMessageData(), m.message); err != nil {
		return m, errors.New("message: cannot be decoded") // the cause may quote it
	}
	if !complete(m.message, g.from) {
		return m, errors.New("message: not of a process of the node that sends")
	}
	return m, nil
}

// complete reports whether a message that Proto.Actor itself acts upon names the
// process it must name, which Proto.Actor does not check, and one of the node
// that it comes from.
func complete(message proto.Message, from string) bool {
	switch m := message.(type) {
	case *actor.Watch:
		return m.GetWatcher().GetAddress() == from
	case *actor.Unwatch:
		return m.GetWatcher().GetAddress() == from
	case *actor.Terminated:
		return m.GetWho().GetAddress() == from
	}
	return true
}

func at[T any](all []T, i int32) (one T, err error) {
	if i < 0 || int(i) >= len(all) {
		return one, errors.New("index out of range")
	}
	return all[i], nil
}

// typeName is all that may be logged of a message.
func typeName(message any) string { return fmt.Sprintf("%T", message) }
