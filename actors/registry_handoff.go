package actors

import (
	"github.com/asynkron/protoactor-go/actor"
)

// maxEarly is how many messages wait for this node's view to become as new as
// the one they were sent by, which takes milliseconds. What is dropped is asked
// again by the connections.
const maxAheadOfView = 10_000

// here reports whether a message is for this node. If not, it goes where the
// newer of the two views says: on, or nowhere until this node has it too. So no
// message goes round in circles.
func (r *registry) accept(m addressed) bool {
	if r.sys.owns(r.kind, m.id) {
		return true
	}
	switch {
	case m.view <= r.sys.placement.View().Version():
		r.sys.tellOwner(r.kind, r.name, m.id, m.message)
	case len(r.aheadOfView) < maxAheadOfView:
		r.aheadOfView = append(r.aheadOfView, m)
	default:
		r.sys.undelivered(m)
	}
	return false
}

// moved hands over what belongs elsewhere by the new view, or everything, and
// looks again at what came before it.
func (r *registry) moved(ctx actor.Context, everything bool) {
	for id, res := range r.active {
		if !res.retiring && (everything || !r.sys.owns(r.kind, id)) {
			r.sys.counts.handoffs.Add(1)
			ctx.Send(res.pid, handoff{})
		}
	}
	waiting := r.aheadOfView
	r.aheadOfView = nil
	for _, m := range waiting {
		if r.accept(m) {
			r.deliver(ctx, m)
		}
	}
}
