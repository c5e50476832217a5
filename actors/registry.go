package actors

import (
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// The messages of a registry.
type (
	// to is a message for the actor that stands for id, which is canonical.
	to struct {
		id      string
		message any
	}
	// retire asks for the actor of id to be stopped. The actor sends it and
	// from then on returns what it still gets, wrapped in to.
	retire struct{ id string }
)

// registry starts, finds and supervises the actors of one kind.
type registry struct {
	sys     *System
	produce func(id string) actor.Actor

	live    map[string]*resident
	crashes map[string][]time.Time // of late, by id
}

// resident is an actor a registry has started.
type resident struct {
	pid      *actor.PID
	retiring bool
	waiting  []any // for the successor of one that is retiring
}

// An identity whose actor panics this often in this time is left alone for a
// while: what it was asked to do would only break it again.
const (
	crashLimit = 3
	crashSpan  = 10 * time.Second
	quarantine = time.Minute
)

func newRegistry(sys *System, produce func(id string) actor.Actor) registry {
	return registry{sys: sys, produce: produce, live: map[string]*resident{}, crashes: map[string][]time.Time{}}
}

func (r *registry) receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case to:
		r.deliver(ctx, m)
	case retire:
		r.retire(ctx, m.id)
	case crashed:
		r.crashes[m.id] = append(r.crashes[m.id], time.Now())
	case *actor.Terminated:
		r.forget(ctx, m.Who.Id)
	}
}

func (r *registry) deliver(ctx actor.Context, m to) {
	if r.quarantined(m.id) {
		if asked, ok := m.message.(request); ok {
			r.sys.refuse(asked.asker(), protocol.Unavailable)
		}
		return
	}
	res := r.live[m.id]
	if res == nil {
		res = r.start(ctx, m.id)
	}
	if res.retiring {
		res.waiting = append(res.waiting, m.message)
		return
	}
	ctx.Send(res.pid, m.message)
}

func (r *registry) start(ctx actor.Context, id string) *resident {
	produce := r.produce
	pid, err := ctx.SpawnNamed(r.sys.props(func() actor.Actor { return produce(id) }), id)
	if err != nil {
		panic(err) // the name is taken only while the actor is in live
	}
	res := &resident{pid: pid}
	r.live[id] = res
	return res
}

// retire stops an actor behind all that has been sent to it so far, which it
// sends back.
func (r *registry) retire(ctx actor.Context, id string) {
	if res := r.live[id]; res != nil && !res.retiring {
		res.retiring = true
		ctx.Poison(res.pid)
	}
}

func (r *registry) forget(ctx actor.Context, name string) {
	id := name[strings.LastIndexByte(name, '/')+1:]
	res := r.live[id]
	if res == nil {
		return
	}
	delete(r.live, id)
	for _, m := range res.waiting {
		r.deliver(ctx, to{id: id, message: m})
	}
}

func (r *registry) quarantined(id string) bool {
	times := r.crashes[id]
	if len(times) == 0 {
		return false
	}
	last := times[len(times)-1]
	if len(times) >= crashLimit && last.Sub(times[len(times)-crashLimit]) <= crashSpan && time.Since(last) < quarantine {
		return true
	}
	if time.Since(last) >= quarantine {
		delete(r.crashes, id)
	}
	return false
}

// crashed tells the registry that the actor of id panicked.
type crashed struct{ id string }
