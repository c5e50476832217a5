package actors

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// sentTo records what was sent to whom.
type sentTo struct {
	to      string // address/name
	message any
}

// recorder is a send function that keeps what it is given.
type recorder struct{ sent []sentTo }

func (r *recorder) send(to *actor.PID, message any) {
	r.sent = append(r.sent, sentTo{to.Address + "/" + to.Id, message})
}

// take returns what was sent since the last call.
func (r *recorder) take() []sentTo {
	sent := r.sent
	r.sent = nil
	return sent
}

func conn(address, name string) *actor.PID { return actor.NewPID(address, name) }

func TestOutgoingSendsEachConnectionOneBatchInOrder(t *testing.T) {
	r := &recorder{}
	o := newOutgoing("here", r.send)
	for range 2 { // the second time around nothing is left of the first
		o.add(conn("here", "a"), rejoin{"1"})
		o.add(conn("here", "b"), reattach{})
		o.add(conn("here", "a"), rejoin{"2"})
		o.add(conn("here", "a"), rejoin{"3"})
		if got := r.take(); len(got) > 0 {
			t.Errorf("before flush: got %v, want nothing", got)
		}
		o.flush()
		want := []sentTo{{"here/a", &batch{[]any{rejoin{"1"}, rejoin{"2"}, rejoin{"3"}}, [3]any{rejoin{"1"}, rejoin{"2"}, rejoin{"3"}}}}, {"here/b", reattach{}}}
		if got := r.take(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	o.flush()
	if got := r.take(); len(got) > 0 {
		t.Errorf("a second flush: got %v, want nothing", got)
	}
}

func TestOutgoingSendsAnotherNodeOneCopyOfAStatusThatAnswersJoins(t *testing.T) {
	r := &recorder{}
	o := newOutgoing("here", r.send)
	one, other := &protocol.Status{Version: 1}, &protocol.Status{Version: 2}
	for i := range 3 {
		o.add(conn("there", fmt.Sprint(i)), deliverStatus{status: one, whole: true})
	}
	o.add(conn("there", "3"), deliverStatus{status: other, whole: true})
	o.add(conn("elsewhere", "4"), deliverStatus{status: one, whole: true})
	if got := r.take(); len(got) > 0 {
		t.Errorf("before flush: got %v, want nothing", got)
	}
	o.flush()
	want := []sentTo{
		{"there/gateway", statusFanout{status: one, conns: []string{"0", "1", "2"}, whole: true}},
		{"there/gateway", statusFanout{status: other, conns: []string{"3"}, whole: true}},
		{"elsewhere/gateway", statusFanout{status: one, conns: []string{"4"}, whole: true}},
	}
	if got := r.take(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOutgoingSendsOtherNodesEverythingElseAtOnce(t *testing.T) {
	r := &recorder{}
	o := newOutgoing("here", r.send)
	o.add(conn("there", "a"), rejoin{"1"})
	o.add(conn("there", "a"), rejoin{"2"})
	want := []sentTo{{"there/a", rejoin{"1"}}, {"there/a", rejoin{"2"}}}
	if got := r.take(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOutgoingDropsWhatWasNotSent(t *testing.T) {
	r := &recorder{}
	o := newOutgoing("here", r.send)
	o.add(conn("here", "a"), rejoin{"1"})
	o.add(conn("there", "b"), deliverStatus{status: &protocol.Status{}, whole: true})
	o.drop()
	o.flush()
	if got := r.take(); len(got) > 0 {
		t.Errorf("got %v, want nothing", got)
	}
}
