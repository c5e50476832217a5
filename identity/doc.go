// Package identity decides who somebody is and which room ids are genuine, from
// one master secret and without keeping any state.
//
// A [Keys] is a ring of masters: the first one mints, all of them verify, so
// that a secret is changed by putting a new one in front and taking the old one
// away when nothing that it made is in use any more. Every purpose has a key of
// its own, derived from the master with HKDF:
//
//   - the session cookie, which is the only credential there is. It is signed
//     (HMAC-SHA-256) and encrypted (AES-256) and holds a user id and the time it
//     was issued. [Keys.Seal] and [Keys.Unseal] are its two directions.
//   - user ids, which are random, public inside rooms, and prove nothing.
//   - room ids, which certify themselves. Anybody with the ring can tell a made-up
//     id from a genuine one by computing ([Keys.Room]), and can recognise the
//     user who created the room ([Keys.Owns]) when everything else is forgotten.
//
// A room id is 25 bytes, written as 40 characters of lower-case Crockford base32:
//
//	byte  0      version (4 bits) = 1, key id (4 bits)
//	byte  1..5   created, in milliseconds since 2024-01-01T00:00Z
//	byte  6..8   nonce
//	byte  9..16  owner tag = HMAC-SHA-256(owner key, "owner\0", bytes 0..8, user id)[:8]
//	byte 17..24  id tag    = HMAC-SHA-256(id key, "id\0", bytes 0..16)[:8]
//
// The key id only saves time: it is derived from the master, two masters may
// share one, and then both are tried.
package identity
