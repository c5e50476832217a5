package actors

import (
	"runtime"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// mailbox holds the messages of one actor and has them handled one at a time, system
// messages first. It takes the place of Proto.Actor's own, which keeps a ring for ten
// messages and three more objects for each actor, idle or not, and allocates one each
// time that an idle actor gets a message: ten for a status to a room of ten.
type mailbox struct {
	// given
	invoker    actor.MessageInvoker
	dispatcher actor.Dispatcher
	work       func()                              // handle, allocated once
	inline     func(message any, system bool) bool // whether the sender of this message runs the idle actor

	mu        sync.Mutex
	running   bool // a goroutine handles messages
	suspended bool // user messages wait
	user      fifo
	system    fifo
}

// newMailbox returns a mailbox whose dispatcher runs the actor.
func newMailbox() actor.Mailbox {
	return newMailboxThat(func(any, bool) bool { return false })
}

func newMailboxThat(inline func(message any, system bool) bool) actor.Mailbox {
	m := &mailbox{inline: inline}
	m.work = m.handle
	return m
}

// RegisterHandlers says who handles the messages. It is called before the first one.
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, dispatcher actor.Dispatcher) {
	m.invoker, m.dispatcher = invoker, dispatcher
}

// Start has nothing to do.
func (*mailbox) Start() {}

// PostUserMessage queues a message.
func (m *mailbox) PostUserMessage(message any) { m.post(&m.user, message) }

// PostSystemMessage queues a message ahead of all user messages.
func (m *mailbox) PostSystemMessage(message any) { m.post(&m.system, message) }

func (m *mailbox) post(to *fifo, message any) {
	m.mu.Lock()
	to.push(message)
	start := !m.running && (to == &m.system || !m.suspended)
	m.running = m.running || start
	m.mu.Unlock()
	switch {
	case !start:
	case m.inline(message, to == &m.system):
		m.handle()
	default:
		m.dispatcher.Schedule(m.work)
	}
}

// UserMessageCount is how many user messages wait.
func (m *mailbox) UserMessageCount() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.user.length()
}

// handle has messages handled until none is left.
func (m *mailbox) handle() {
	for !m.handleSome() {
		runtime.Gosched()
	}
}

// handleSome has as many messages handled as one dispatch may, and reports whether none
// is left.
func (m *mailbox) handleSome() (empty bool) {
	var message any
	defer func() {
		if reason := recover(); reason != nil {
			m.invoker.EscalateFailure(reason, message)
		}
	}()
	for range m.dispatcher.Throughput() {
		var system, found bool
		if message, system, found = m.next(); !found {
			return true
		}
		if system {
			m.invoker.InvokeSystemMessage(message)
		} else {
			m.invoker.InvokeUserMessage(message)
		}
	}
	return false
}

// next takes the next message out. Without one, another goroutine may handle the next.
func (m *mailbox) next() (message any, system, found bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.system.length() > 0 {
		switch message := m.system.pop(); message.(type) {
		case *actor.SuspendMailbox:
			m.suspended = true
		case *actor.ResumeMailbox:
			m.suspended = false
		default:
			return message, true, true
		}
	}
	if m.suspended || m.user.length() == 0 {
		m.running = false
		return nil, false, false
	}
	return m.user.pop(), false, true
}

// fifo is a queue that keeps next to nothing when it is empty.
type fifo struct {
	queue []any
	first int // of those in queue that are left
}

// keptMessages is for how many messages an empty queue keeps the space.
const keptMessages = 4

func (f *fifo) length() int { return len(f.queue) - f.first }

func (f *fifo) push(message any) {
	if f.first > len(f.queue)/2 && len(f.queue) == cap(f.queue) { // make use of the space in front
		n := copy(f.queue, f.queue[f.first:])
		clear(f.queue[n:])
		f.queue, f.first = f.queue[:n], 0
	}
	f.queue = append(f.queue, message)
}

func (f *fifo) pop() any {
	message := f.queue[f.first]
	f.queue[f.first] = nil
	f.first++
	switch {
	case f.first < len(f.queue):
	case cap(f.queue) > keptMessages:
		*f = fifo{}
	default:
		f.queue, f.first = f.queue[:0], 0
	}
	return message
}
