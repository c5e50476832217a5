// Package identity authenticates users and room ids from one master secret, without
// keeping any state.
//
// A [Keys] is a ring of master keys: the first one mints, all of them verify. To
// change the secret, an operator puts a new master in front, and removes the old one
// when nothing that it minted is in use any more. Every purpose has a key of its own,
// derived from the master with HKDF:
//
//   - the session cookie, which is the only credential. It is signed (HMAC-SHA-256)
//     and encrypted (AES-256), and holds a user id and the time it was issued.
//     [Keys.Seal] writes it, [Keys.Unseal] reads it.
//   - user ids, which are random, public inside rooms, and prove nothing.
//   - room ids, which certify themselves. A node with the ring can tell a genuine id
//     from a made-up one without looking anything up ([Keys.Room]), and can recognise
//     the user who created the room ([Keys.Owns]) when the room itself is gone.
//
// A room id is 25 bytes, written as 40 characters of lower-case Crockford base32:
//
//	byte  0      version (4 bits) = 1, key id (4 bits)
//	byte  1..5   created, in milliseconds since 2024-01-01T00:00Z
//	byte  6..8   nonce
//	byte  9..16  owner tag = HMAC-SHA-256(owner key, "owner\0", bytes 0..8, user id)[:8]
//	byte 17..24  id tag    = HMAC-SHA-256(id key, "id\0", bytes 0..16)[:8]
//
// The key id only saves time. It is derived from the master; if two masters share
// one, both are tried.
package identity
