// Package cluster makes one service of several nodes: it knows who the members
// are, which of them an identity's actor lives on, and it opens the hardened
// link over which Proto.Actor's messages travel between them.
//
// A [Node] is this process. [Start] opens its link, [Node.Join] makes it a
// member, [Node.Drain] has it own nothing any more and [Node.Leave] ends it.
// Who the members are, a [Membership] says: [membership.Etcd] in production
// and [membership.MemoryNode] in tests and development.
//
// The members as seen at one revision are a [membership.View]: immutable, the same on every
// node at the same version, and cheap to ask who owns what. Ownership is a hint
// where to look, never an authority: two nodes may for a moment both believe to
// own a room, and only the store, which takes one commit per revision, decides.
//
// Proto.Actor's own cluster is started as well, with a provider and an identity
// lookup of this package, so that whoever uses its interface reaches the same
// actors. Its gossip, its publish-subscribe and its requests are not used.
package cluster
