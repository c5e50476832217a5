// Package actors is the running service: who is connected, who owns what, which
// room is where. It is the only package that knows Proto.Actor.
//
//	transport ─ Session ─> connection ──> user ──> room ──> poker.Room.Apply ──> store
//	transport <─ Client ── connection <─────────── room <── committed ─────────────┘
//
// A connection actor stands for one WebSocket, a user actor for one user, a room
// actor for one room. Users and rooms are addressed by identity, through the
// registry of their kind, which starts an actor for an identity that has none;
// nobody else keeps a map of them. An actor that starts reads its record from
// the store, so it does not matter when or how its predecessor ended.
//
// The rules of this house:
//   - Tell, never ask. Nobody waits for an answer; answers are messages.
//   - Commit before acknowledge and before broadcast: what a client has seen, a
//     crash cannot take back. See journal.
//   - Every piece of state has one writer, an actor.
//   - A message is never changed once sent and shares no map or slice with its sender.
//   - Lifetimes are watched: a user watches its connections, a room its subscribers.
//   - A panic stops one actor; its clients are told and the next message starts a
//     fresh one from the store.
//   - Whoever starts a timer stops it in *actor.Stopping.
package actors
