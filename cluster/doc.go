// Package cluster makes one service of several nodes: it knows who the members
// are, which of them an identity's actor lives on, and it opens the hardened
// link over which Proto.Actor's messages travel between them.
//
// A [Node] is this process. [Start] opens its link, [Node.Join] makes it a
// member, [Node.Drain] makes it own nothing any more, and [Node.Leave] ends it. The
// nodes agree on who the members are through a [Membership]: [membership.Etcd] in
// production, [membership.MemoryNode] in tests and development.
//
// The members at one revision are a [membership.View]: immutable, the same on every
// node at the same version, and cheap to ask for an owner. Ownership is a hint
// where to look, never an authority: two nodes may for a moment both believe that
// they own a room, and only the store decides, which takes one commit per revision.
//
// The words of this package:
//
//   - a probe is a question to another node whether it can be reached; a node that
//     does not answer is unreachable from the one that asks;
//   - a member is isolated if it and too many others cannot reach each other: all
//     nodes agree on that, and it owns nothing;
//   - a node is cut off if it has lost contact to etcd and the others go on without
//     it: only the node itself can tell;
//   - an incarnation of a node ends when its membership, or the link from here to
//     it, is lost.
package cluster
