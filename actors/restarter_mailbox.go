package actors

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// gatedMailbox lets senders wait until its actor has started. Proto.Actor makes an
// actor known by its name before it gives the mailbox a handler; a message in between
// would make its sender panic. Nobody sends to a new name, but a singleton that is
// restarted has an old one.
type gatedMailbox struct {
	actor.Mailbox
	open    atomic.Bool
	started chan struct{}
}

func newGatedMailbox() actor.Mailbox {
	return &gatedMailbox{Mailbox: newMailbox(), started: make(chan struct{})}
}

// Start lets senders in.
func (m *gatedMailbox) Start() {
	m.Mailbox.Start()
	m.open.Store(true)
	close(m.started)
}

// PostUserMessage queues a message behind *actor.Started.
func (m *gatedMailbox) PostUserMessage(message any) {
	m.wait()
	m.Mailbox.PostUserMessage(message)
}

// PostSystemMessage queues a system message; *actor.Started is the first.
func (m *gatedMailbox) PostSystemMessage(message any) {
	if _, first := message.(*actor.Started); !first {
		m.wait()
	}
	m.Mailbox.PostSystemMessage(message)
}

func (m *gatedMailbox) wait() {
	if !m.open.Load() {
		<-m.started
	}
}
