package cluster

import (
	"sync"
	"time"
)

// A node without contact to etcd serves no clients, even if the other nodes can
// reach it: it can commit nothing, and does not see that it has been removed. So a
// node says in each answer to a probe whether it has contact. The nodes that have
// contact treat one that has not as unreachable; and a node that has not, but
// hears from others that they have, knows that it is cut off. If etcd is down for
// all nodes, none is cut off.

const (
	contactLostAfter = 3 * time.Second // from the last contact until a node says that it has none
	cutOffAfter      = 5 * time.Second // until it can be cut off: by then its lease has expired
)

// etcdContact is whether this node has contact to etcd, and whether its peers say
// that they have.
type etcdContact struct {
	lastContact func() time.Time // of this node

	mu            sync.Mutex
	evidenceSince time.Time // the first answer of the current series from peers that have contact
	lastEvidence  time.Time
}

// peerHasContact notes that a peer has answered that it has contact to etcd.
func (c *etcdContact) peerHasContact(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.lastEvidence) > answerGap {
		c.evidenceSince = now
	}
	c.lastEvidence = now
}

// peersHaveContact reports whether peers have had contact for longer than it takes
// all nodes to regain it after an outage of etcd itself.
func (c *etcdContact) peersHaveContact(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Sub(c.lastEvidence) <= answerGap && c.lastEvidence.Sub(c.evidenceSince) >= unreachableAfter
}

// lost reports whether this node has no contact to etcd.
func (c *etcdContact) lost(now time.Time) bool { return now.Sub(c.lastContact()) > contactLostAfter }

// evaluateCutOff reports whether this node is cut off: it has had no contact to
// etcd for a while, and reaches none of the others, or its peers have contact.
func (c *etcdContact) evaluateCutOff(others, unreachable int, now time.Time) bool {
	return others > 0 && now.Sub(c.lastContact()) > cutOffAfter && (unreachable >= others || c.peersHaveContact(now))
}
