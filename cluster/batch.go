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

// decode is the whole of a batch for the node at self, or an error if anything
// in it is not as it should be. It believes nothing.
func decode(b *remote.MessageBatch, self string) ([]incoming, error) {
	messages := make([]incoming, 0, len(b.Envelopes))
	for _, e := range b.Envelopes {
		m, err := decodeEnvelope(b, e, self)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func decodeEnvelope(b *remote.MessageBatch, e *remote.MessageEnvelope, self string) (m incoming, err error) {
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
	if m.target.GetAddress() != self {
		return m, errors.New("target: not on this node")
	}
	m.target = &actor.PID{Address: self, Id: m.target.GetId(), RequestId: e.GetTargetRequestId()}
	if e.Sender != 0 {
		if m.sender, err = at(b.Senders, e.Sender-1); err != nil {
			return m, fmt.Errorf("sender: %w", err)
		}
		m.sender = &actor.PID{Address: m.sender.GetAddress(), Id: m.sender.GetId(), RequestId: e.GetSenderRequestId()}
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
	if !complete(m.message) {
		return m, errors.New("message: of nobody")
	}
	return m, nil
}

// complete reports whether a message that Proto.Actor itself acts upon names the
// process it must name, which Proto.Actor does not check.
func complete(message proto.Message) bool {
	switch m := message.(type) {
	case *actor.Watch:
		return m.Watcher != nil
	case *actor.Unwatch:
		return m.Watcher != nil
	case *actor.Terminated:
		return m.Who != nil
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
