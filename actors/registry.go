package actors

import (
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// registry starts, finds and supervises the actors of one kind.
type registry struct {
	sys     *node
	kind    string // of records
	name    string // of this actor, the same on all nodes
	produce func(id string) actor.Actor

	active      map[string]*activation
	crashes     map[string][]time.Time // of late, by id
	aheadOfView []addressed            // sent by a view that this node does not have yet
}

// resident is an actor a registry has started.
type activation struct {
	pid      *actor.PID
	retiring bool
	returned []any       // for the successor of one that is retiring, which it was sent itself
	waiting  []any       // for the successor, and sent after those
	fenced   bool        // the successor takes its time
	pause    *time.Timer // until then
}

// An identity whose actor panics this often in this time is left alone for a
// while: what it was asked to do would only break it again.
const (
	crashLimit = 3
	crashSpan  = 10 * time.Second
	quarantine = time.Minute
)

// fencedPause keeps two nodes whose views differ from taking a record from each
// other as fast as they can.
const fencedPause = 100 * time.Millisecond

func newRegistry(sys *node, kind, name string, produce func(id string) actor.Actor) registry {
	return registry{sys: sys, kind: kind, name: name, produce: produce, active: map[string]*activation{}, crashes: map[string][]time.Time{}}
}

func (r *registry) survivesPanics() {}

func (r *registry) receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case addressed:
		if r.accept(m) {
			r.deliver(ctx, m)
		}
	case viewChanged:
		r.moved(ctx, m.reloadAll)
	case retire:
		r.retire(ctx, m)
	case returned:
		r.returned(m)
	case crashed:
		r.crashes[m.id] = append(r.crashes[m.id], time.Now())
	case *actor.Terminated:
		r.ended(ctx, m.Who.Id)
	case stopped:
		r.release(ctx, m.name)
	case fencePauseOver:
		r.endPause(ctx, m.id)
	case *actor.Stopping:
		for _, res := range r.active {
			if res.pause != nil {
				res.pause.Stop()
			}
		}
	}
}

func (r *registry) deliver(ctx actor.Context, m addressed) {
	if r.quarantined(m.id) {
		if asked, ok := m.message.(request); ok {
			r.sys.replies.refuse(asked.from(), protocol.Unavailable)
		}
		return
	}
	res := r.active[m.id]
	if res == nil {
		res = r.start(ctx, m.id)
	}
	if res.retiring {
		res.waiting = append(res.waiting, m.message)
		return
	}
	ctx.Send(res.pid, m.message)
}

func (r *registry) start(ctx actor.Context, id string) *activation {
	r.sys.counts.activations.Add(1)
	produce := r.produce
	pid, err := ctx.SpawnNamed(r.sys.props(func() actor.Actor { return produce(id) }), id)
	if err != nil {
		panic(err) // the name is taken only while the actor is in live
	}
	res := &activation{pid: pid}
	r.active[id] = res
	return res
}

// retire stops an actor behind all that has been sent to it so far, which it
// sends back.
func (r *registry) retire(ctx actor.Context, m retire) {
	if res := r.active[m.id]; res != nil && !res.retiring {
		res.retiring, res.fenced = true, m.fenced
		ctx.Poison(res.pid)
	}
}

func (r *registry) ended(ctx actor.Context, name string) {
	if res := r.active[name[strings.LastIndexByte(name, '/')+1:]]; res != nil {
		res.retiring = true // or what comes until then would be sent to nobody
		ctx.Send(ctx.Self(), stopped{name})
	}
}

func (r *registry) release(ctx actor.Context, name string) {
	id := name[strings.LastIndexByte(name, '/')+1:]
	res := r.active[id]
	switch {
	case res == nil:
	case res.fenced:
		res.pause = r.sys.sendAfter(fencedPause, ctx.Self(), fencePauseOver{id})
	default:
		r.endPause(ctx, id)
	}
}

// resume lets an identity have another actor, which gets what has waited for it: at
// once, ahead of what came later and this registry has not looked at yet.
func (r *registry) endPause(ctx actor.Context, id string) {
	res := r.active[id]
	if res == nil {
		return // of a registry before this one
	}
	delete(r.active, id)
	for _, m := range slices.Concat(res.returned, res.waiting) {
		if r.sys.owns(r.kind, id) {
			r.deliver(ctx, addressed{id: id, message: m})
		} else {
			r.sys.tellOwner(r.kind, r.name, id, m)
		}
	}
}

// returned keeps what an actor sends back that is about to stop.
func (r *registry) returned(m returned) {
	if res := r.active[m.id]; res != nil && res.retiring {
		res.returned = append(res.returned, m.message)
		return
	}
	r.sys.tellOwner(r.kind, r.name, m.id, m.message)
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
