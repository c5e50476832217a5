// Package membership agrees on which nodes are members of a cluster, and derives
// from that, the same on every node, which of them owns what.
//
// A [Member] is a node as its record describes it, a [Snapshot] all of them at
// one revision, and a [View] what follows from a snapshot: who is isolated, and
// who owns an identity. [Etcd] keeps the records for production, [Memory] for
// tests and for several nodes in one process.
package membership
