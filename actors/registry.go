package actors

import (
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// registry starts, finds and supervises the actors of one kind on this node.
type registry struct {
	node    *node
	kind    string
	name    string // of this actor, the same on all nodes
	produce func(id string) actor.Actor

	routes  *routes
	active  map[string]*activation // by ID
	crashes quarantine
	gate    viewGate
}

// activation is an actor that a registry has started.
type activation struct {
	pid      *actor.PID
	retiring bool
	returned []any       // by the retiring actor, for its successor
	waiting  []addressed // for the successor, sent after those
	fenced   bool        // the successor starts after a pause
	pause    *time.Timer // until then
}

// fencedPause keeps two nodes whose views differ from taking a record from each other
// as fast as they can.
const fencedPause = 100 * time.Millisecond

func newRegistry(n *node, kind, name string, produce func(id string) actor.Actor) registry {
	own := &routes{}
	n.routes(kind).Store(own)
	return registry{
		node: n, kind: kind, name: name, produce: produce, routes: own,
		active: map[string]*activation{}, crashes: quarantine{}, gate: viewGate{node: n, kind: kind, name: name},
	}
}

func (r *registry) survivesPanics() {}

func (r *registry) receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case addressed:
		if r.gate.admit(m) {
			r.deliver(ctx, m)
		}
	case viewChanged:
		r.viewChanged(ctx, m.forgetAll)
	case retire:
		r.retire(ctx, m)
	case returned:
		r.returned(m)
	case crashed:
		r.crashes.add(m.id)
	case *actor.Terminated:
		r.terminated(ctx, m.Who.Id)
	case stopped:
		r.stopped(ctx, m.name)
	case fencePauseOver:
		r.replace(ctx, m.id)
	case *actor.Stopping:
		r.routes.removeAll()
		for _, a := range r.active {
			if a.pause != nil {
				a.pause.Stop()
			}
		}
	}
}

func (r *registry) deliver(ctx actor.Context, m addressed) {
	if r.crashes.holds(m.id) {
		m.arrived()
		if m, ok := m.message.(request); ok {
			r.node.replies.refuse(m.from(), protocol.Unavailable)
		}
		return
	}
	a := r.active[m.id]
	isNew := a == nil
	if isNew {
		a = r.start(ctx, m.id)
	}
	if a.retiring {
		a.waiting = append(a.waiting, m)
		return
	}
	ctx.Send(a.pid, m.message)
	if isNew {
		r.routes.add(m.id, a.pid)
	}
	m.arrived()
}

func (r *registry) start(ctx actor.Context, id string) *activation {
	r.node.counts.activations.Add(1)
	produce := r.produce
	pid, err := ctx.SpawnNamed(r.node.props(func() actor.Actor { return produce(id) }), id)
	if err != nil {
		panic(err) // the name is taken only while the actor is active
	}
	a := &activation{pid: pid}
	r.active[id] = a
	return a
}

// viewChanged hands off the actors that belong elsewhere by the new view, or has all of
// them forget what they know, and looks again at the messages that were ahead of the old
// view.
func (r *registry) viewChanged(ctx actor.Context, forgetAll bool) {
	for id, a := range r.active {
		switch {
		case a.retiring:
		case forgetAll:
			ctx.Send(a.pid, forget{})
		case !r.node.owns(r.kind, id):
			r.node.counts.handoffs.Add(1)
			ctx.Send(a.pid, handoff{})
		}
	}
	for _, m := range r.gate.viewChanged() {
		r.deliver(ctx, m)
	}
}

// retire stops an actor behind everything that has been sent to it. The actor returns
// those messages.
func (r *registry) retire(ctx actor.Context, m retire) {
	if a := r.active[m.id]; a != nil && !a.retiring {
		a.retiring, a.fenced = true, m.fenced
		r.routes.remove(m.id)
		ctx.Poison(a.pid)
	}
}

func (r *registry) terminated(ctx actor.Context, name string) {
	if id := idOf(name); r.active[id] != nil {
		r.active[id].retiring = true // or messages would go to a stopped actor
		r.routes.remove(id)
		ctx.Send(ctx.Self(), stopped{name})
	}
}

func (r *registry) stopped(ctx actor.Context, name string) {
	id := idOf(name)
	a := r.active[id]
	switch {
	case a == nil:
	case a.fenced:
		a.pause = r.node.sendAfter(fencedPause, ctx.Self(), fencePauseOver{id})
	default:
		r.replace(ctx, id)
	}
}

// replace gives the messages for a stopped actor to its successor, at once: ahead of
// what came later and this registry has not handled yet.
func (r *registry) replace(ctx actor.Context, id string) {
	a := r.active[id]
	if a == nil {
		return // it was an actor of this registry's predecessor
	}
	delete(r.active, id)
	// Nobody takes the new route before all of these have gone.
	r.routes.detours.Add(1)
	defer r.routes.detours.Add(-1)
	for _, m := range a.returned {
		r.hand(ctx, addressed{id: id, message: m})
	}
	for _, m := range a.waiting {
		r.hand(ctx, m)
	}
}

// hand gives a message to the actor, here or on the node that owns the identity by now.
func (r *registry) hand(ctx actor.Context, m addressed) {
	if r.node.owns(r.kind, m.id) {
		r.deliver(ctx, m)
		return
	}
	r.node.tellOwner(r.kind, r.name, m.id, m.message)
	m.arrived()
}

// returned keeps a message for the successor of the actor that returns it.
func (r *registry) returned(m returned) {
	if a := r.active[m.id]; a != nil && a.retiring {
		a.returned = append(a.returned, m.message)
		return
	}
	r.node.tellOwner(r.kind, r.name, m.id, m.message)
}

// idOf returns the ID in the name of an actor, which begins with its registry's.
func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
