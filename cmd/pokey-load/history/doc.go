// Package history records what clients asked, were told and saw, and says
// whether a correct server could have behaved so.
//
// Two oracles need the whole history and run in [History.Check]:
//
//   - linearizable: for every room there is an order of its requests and reads
//     that agrees with their times and that a room with one writer could have
//     gone through. A request without an answer may have had its effect or not.
//   - durable: what was acknowledged as durable is in every later read, and
//     nothing is there that nobody asked for, or twice.
//
// A server whose disk does not answer says so: a crash may undo what it has marked as
// unsaved or acknowledged as not durable, the last first, and nothing else.
//
// Three judge every message as it comes:
//
//   - order: versions of a room only grow on a connection, and never go back
//     after somebody has seen them.
//   - agreement: one version has one content, and it does not contradict itself.
//   - secrecy: nobody's bytes but the user's own carry a hidden estimate, nor does
//     the server's log carry any, and nothing is revealed unless the owner asked.
//
// A read is the first status, or the first own estimate, that a connection gets
// of a room: it cannot have been on its way before the connection joined, so it
// is no older than the join. Estimates carry canaries, words that occur nowhere
// else, so that a leak is found whatever message it hides in.
package history
