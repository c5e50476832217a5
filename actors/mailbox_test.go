package actors

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// reader is an actor that notes what its mailbox gives it.
type reader struct {
	got       []string
	escalated []string
	read      func(message any)
}

func (r *reader) InvokeSystemMessage(message any) { r.got = append(r.got, "system "+message.(string)) }

func (r *reader) InvokeUserMessage(message any) {
	if r.read != nil {
		r.read(message)
	}
	r.got = append(r.got, message.(string))
}

func (r *reader) EscalateFailure(reason, message any) {
	r.escalated = append(r.escalated, fmt.Sprint(reason, " ", message))
}

// later is a dispatcher that runs an actor when the test says so.
type later struct{ runs []func() }

func (l *later) Schedule(run func()) { l.runs = append(l.runs, run) }
func (*later) Throughput() int       { return 3 }

func (l *later) run() {
	runs := l.runs
	l.runs = nil
	for _, run := range runs {
		run()
	}
}

func newReader() (*reader, *later, actor.Mailbox) {
	r, l, m := &reader{}, &later{}, newMailbox()
	m.RegisterHandlers(r, l)
	m.Start()
	return r, l, m
}

func (r *reader) expect(t *testing.T, when string, want ...string) {
	t.Helper()
	if !slices.Equal(r.got, want) {
		t.Errorf("%s: got %q, want %q", when, r.got, want)
	}
	r.got = nil
}

func TestMailboxKeepsTheOrderAndPutsSystemMessagesFirst(t *testing.T) {
	r, l, m := newReader()
	for i := range 5 {
		m.PostUserMessage(fmt.Sprint(i))
	}
	m.PostSystemMessage("stop")
	if n := m.UserMessageCount(); n != 5 || len(l.runs) != 1 {
		t.Errorf("got %d messages, %d runs; want 5, 1", n, len(l.runs))
	}
	l.run()
	r.expect(t, "after one run", "system stop", "0", "1", "2", "3", "4")
}

func TestMailboxHandlesWhatComesMeanwhileInTheSameRun(t *testing.T) {
	r, l, m := newReader()
	r.read = func(message any) {
		if message == "first" {
			m.PostUserMessage("second")
			m.PostSystemMessage("now")
		}
	}
	m.PostUserMessage("first")
	l.run()
	r.expect(t, "after one run", "first", "system now", "second")
	if len(l.runs) != 0 {
		t.Errorf("got %d more runs, want 0", len(l.runs))
	}
}

func TestMailboxThatIsSuspendedKeepsUserMessages(t *testing.T) {
	r, l, m := newReader()
	m.PostSystemMessage(&actor.SuspendMailbox{})
	m.PostUserMessage("user")
	m.PostSystemMessage("system")
	l.run()
	m.PostUserMessage("another")
	l.run()
	r.expect(t, "while suspended", "system system")
	m.PostSystemMessage(&actor.ResumeMailbox{})
	l.run()
	r.expect(t, "resumed", "user", "another")
}

func TestMailboxGoesOnAfterAPanic(t *testing.T) {
	r, l, m := newReader()
	r.read = func(message any) {
		if message == "bad" {
			panic("fault")
		}
	}
	m.PostUserMessage("bad")
	m.PostUserMessage("good")
	l.run()
	r.expect(t, "after the panic", "good")
	if want := []string{"fault bad"}; !slices.Equal(r.escalated, want) {
		t.Errorf("escalated: got %q, want %q", r.escalated, want)
	}
}

// Two senders at a time lose nothing and keep their own orders, and an empty mailbox
// keeps the space of a few messages only.
func TestMailboxOfManySenders(t *testing.T) {
	const senders, each = 4, 5000
	counts, done := make([]int, senders), make(chan struct{})
	total := 0
	m := newMailbox().(*mailbox)
	m.RegisterHandlers(numbers(func(sender, i int) {
		if counts[sender] != i {
			t.Errorf("sender %d: got %d, want %d", sender, i, counts[sender])
		}
		counts[sender]++
		if total++; total == senders*each {
			close(done)
		}
	}), actor.NewDefaultDispatcher(10))
	var sending sync.WaitGroup
	for sender := range senders {
		sending.Go(func() {
			for i := range each {
				m.PostUserMessage([2]int{sender, i})
			}
		})
	}
	sending.Wait()
	<-done
	m.mu.Lock()
	defer m.mu.Unlock()
	if cap(m.user.queue) > keptMessages {
		t.Errorf("an empty mailbox keeps space for %d messages, want at most %d", cap(m.user.queue), keptMessages)
	}
}

// numbers handles messages that are a sender and a number.
type numbers func(sender, i int)

func (numbers) InvokeSystemMessage(any)       {}
func (n numbers) InvokeUserMessage(m any)     { n(m.([2]int)[0], m.([2]int)[1]) }
func (numbers) EscalateFailure(reason, _ any) { panic(reason) }
