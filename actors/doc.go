// Package actors is the running service: it holds connections, users and rooms as
// actors, and decides on which node each lives.
//
//	transport ─ Session ─> connection ─> users ─> user ─> rooms ─> room ─> poker.Room.Apply ─> store
//	transport <─ Client ── connection <─────────────────────────── room <─ committed ────────────┘
//
// A connection actor stands for one WebSocket, a user actor for one user, a room actor
// for one room. Users and rooms are addressed by identity, through the registry of
// their kind (users, rooms) on the node that owns the identity. The registry starts an
// actor for an identity that has none. An actor that starts reads its record from the
// store, so it does not matter when or how its predecessor ended.
//
// The rules of this package:
//   - Tell, never ask. No actor waits for an answer; answers are messages.
//   - Commit before acknowledging and before broadcasting: a crash cannot take back
//     what a client has seen. See committer.
//   - Every piece of state has one writer, an actor.
//   - A message is never changed once sent, and shares no map or slice with its sender.
//   - Lifetimes are watched: a user watches its connections, a room its subscribers.
//   - A panic stops one actor. Its clients are told, and the next message starts a
//     successor from the store.
//   - The actor that starts a timer stops it in *actor.Stopping.
//
// The files, from the bottom up: messages_*, which name no actor; the parts of actors that
// know none (committer_store, replier, outgoing, subscribers, broadcaster, part writer,
// flow control); node, which all actors of a node share; committer and lifecycle, which
// keep the state of a user or room and end its actor; connection; *_state, what a user and
// a room consist of, and above it what they do; registries, gateway and restarter; system,
// which alone knows all.
package actors
