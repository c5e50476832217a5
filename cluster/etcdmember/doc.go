// Package etcdmember runs a member of etcd inside a node, so that a cluster needs
// nothing but its nodes.
//
// The members of all nodes are one etcd, which is used exactly as one that runs by
// itself: [Member.Client] is a client of it, within this process. There is no port
// for clients. Members reach each other at the nodes' one port, see
// [cluster.Port], with the nodes' certificates; a connection is accepted only from
// the host of a member.
//
// A member keeps its data in a directory of its own. A node without data asks the
// others what to do, because a member that has lost its data must not come back
// under its old identity: it might vote against what it has agreed to. If nobody has
// data, all of them found a new cluster. If the others are a cluster already, the
// node becomes a new member of it: as a learner at first, which has no vote, and
// with a vote once it has all data. See [decide].
package etcdmember
