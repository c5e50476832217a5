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

// The limits of a stream. A batch of the largest messages still fits what the
// other side receives: a larger one would break the stream.
const (
	batchMessages   = 16
	maxMessageBytes = 4 << 20
	maxBatchBytes   = batchMessages*maxMessageBytes + 1<<20
)

// outgoing is an encoded message to another node.
type outgoing struct {
	target, sender *actor.PID
	header         map[string]string
	typeName       string
	data           []byte
	probe          bool // its loss does not matter
}

// incoming is a decoded message from another node.
type incoming struct {
	target, sender *actor.PID
	header         map[string]string
	message        proto.Message
}

// encode makes a batch of messages. Each type and process is named once in it.
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
			e.Sender++ // 0 means no sender
		}
		if o.header != nil {
			e.MessageHeader = &remote.MessageHeader{HeaderData: o.header}
		}
		b.Envelopes = append(b.Envelopes, e)
	}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}
}

// index returns the number of name, and whether it is new.
func index(numbers map[string]int32, name string) (n int32, first bool) {
	n, known := numbers[name]
	if !known {
		n = int32(len(numbers))
		numbers[name] = n
	}
	return n, !known
}

// inboundRules are what a batch from one peer must satisfy.
type inboundRules struct {
	self, from string                            // the addresses of this node and of the sender
	accept     func(target, message string) bool // see [Config.Accept]
}

// probeName is the name of the process on each node that other nodes send probes
// to. It is a contract between nodes of different releases.
const probeName = "probe"

// accepted reports whether a process takes a message from another node: the probe
// endpoint takes probes and answers, and for all others accept decides.
func accepted(accept func(target, message string) bool, target, message string) bool {
	if target == probeName {
		return message == "actor.Touch" || message == "actor.Touched"
	}
	return accept(target, message)
}

// decode returns all messages of a batch, or an error if anything in it breaks the
// rules. It trusts nothing in the batch.
func decode(b *remote.MessageBatch, rules inboundRules) ([]incoming, error) {
	messages := make([]incoming, 0, len(b.Envelopes))
	for _, e := range b.Envelopes {
		m, err := decodeEnvelope(b, e, rules)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func decodeEnvelope(b *remote.MessageBatch, e *remote.MessageEnvelope, rules inboundRules) (m incoming, err error) {
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
	if m.target.GetAddress() != rules.self {
		return m, errors.New("target: not on this node")
	}
	m.target = &actor.PID{Address: rules.self, Id: m.target.GetId(), RequestId: e.GetTargetRequestId()}
	if e.Sender != 0 {
		if m.sender, err = at(b.Senders, e.Sender-1); err != nil {
			return m, fmt.Errorf("sender: %w", err)
		}
		m.sender = &actor.PID{Address: m.sender.GetAddress(), Id: m.sender.GetId(), RequestId: e.GetSenderRequestId()}
	}
	if m.sender != nil && m.sender.Address != rules.from {
		return m, errors.New("sender: not on the sending node")
	}
	if !accepted(rules.accept, m.target.Id, name) {
		return m, errors.New("message: not accepted by this target")
	}
	m.header = e.GetMessageHeader().GetHeaderData()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return m, errors.New("type: unknown to this node")
	}
	m.message = kind.New().Interface()
	if err := proto.Unmarshal(e.GetMessageData(), m.message); err != nil {
		return m, errors.New("message: cannot be decoded") // the cause may quote the message
	}
	if !namesOwnProcess(m.message, rules.from) {
		return m, errors.New("message: names a process that is not on the sending node")
	}
	return m, nil
}

// namesOwnProcess reports whether a message that Proto.Actor itself handles names a
// process, which Proto.Actor does not check, and one on the node that it is from.
func namesOwnProcess(message proto.Message, from string) bool {
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

// typeName is the only part of a message that may be logged.
func typeName(message any) string { return fmt.Sprintf("%T", message) }
