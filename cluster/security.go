package cluster

// SecurityEvent is something that no node does, and that whoever watches over the
// service may want to know of.
type SecurityEvent int

// The events of the node link.
const (
	NodeRefused       SecurityEvent = iota + 1 // a connection of who is no node of the cluster
	NodeStreamEnded                            // a member sent what no member sends
	NodeWithoutSecret                          // who answers at a member's address is not it
)

// observeSecurity tells that somebody at address did what no node does. Reason
// quotes nothing of what was sent.
func (n *Node) observeSecurity(event SecurityEvent, address, reason string) {
	if n.conf.ObserveSecurity != nil {
		n.conf.ObserveSecurity(event, address, reason)
	}
}
