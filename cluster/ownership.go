package cluster

// OnOwnershipLost has f called when the other nodes have removed this one, and when
// this node finds that it is cut off from etcd, so that it would not learn of that. What
// it owned may live elsewhere by then, so f must stop this node's activations. After f
// has returned, a node that was removed becomes a member again by itself, as a new
// incarnation. The two may come at once, each from a goroutine of its own.
func (n *Node) OnOwnershipLost(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.onLost = append(n.onLost, f)
}

// membershipLost is called when the other nodes have removed this one.
func (n *Node) membershipLost() {
	n.counters.membershipsLost.Add(1)
	n.conf.Log.Warn("the other nodes have removed this node: it drops its rooms and joins again", "address", n.Self())
	n.ownershipLost()
}

// cutOffChanged is called when this node has been cut off, or is no longer.
func (n *Node) cutOffChanged() {
	if n.heartbeat.cutOff.Load() {
		n.ownershipLost()
	}
	wake(n.changed)
}

// ownershipLost calls the functions that OnOwnershipLost was given.
func (n *Node) ownershipLost() {
	n.mu.Lock()
	callbacks := n.onLost
	n.mu.Unlock()
	for _, f := range callbacks {
		f()
	}
}
