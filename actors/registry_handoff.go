package actors

// maxAheadOfView is how many messages wait until this node's view is as new as that
// of their senders, which takes milliseconds. What exceeds it is dropped, and sent
// again by the connections.
const maxAheadOfView = 10_000

// viewGate decides which messages for one kind of identity belong on this node.
type viewGate struct {
	node  *node
	kind  string
	name  string      // of the registry
	ahead []addressed // sent by a view that this node does not have yet
}

// admit reports whether a message is for this node. Otherwise the newer of the two
// views decides where it goes: on, or nowhere until this node has the newer view.
// So no message travels in a circle.
func (g *viewGate) admit(m addressed) bool {
	if g.node.owns(g.kind, m.id) {
		return true
	}
	switch {
	case m.view <= g.node.placement.View().Version():
		g.node.tellOwner(g.kind, g.name, m.id, m.message)
		m.arrived()
	case len(g.ahead) < maxAheadOfView:
		g.ahead = append(g.ahead, m)
	default:
		g.node.refuseUndelivered(m)
		m.arrived()
	}
	return false
}

// viewChanged looks again at the messages that were ahead of the view, and returns
// those for this node.
func (g *viewGate) viewChanged() (admitted []addressed) {
	waiting := g.ahead
	g.ahead = nil
	for _, m := range waiting {
		if g.admit(m) {
			admitted = append(admitted, m)
		}
	}
	return admitted
}
