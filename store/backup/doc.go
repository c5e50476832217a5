// Package backup writes and reads copies of a [store.Store] in one sealed file, which
// any store can be restored from: a backup of a single node may be restored into a
// cluster, and the other way round.
//
// A backup is a stream in the format age-encryption.org/v1. Its 64 KiB chunks are
// encrypted and authenticated one by one, so that writing and reading take little
// memory, and a changed, exchanged or missing chunk is noticed. It is sealed with a
// [Secret] or a [Passphrase]. In the latter case the program age can open it, too.
//
// What is sealed is
//
//	"pokey backup\n"
//	frames    kind (1 byte), length (uvarint), as many bytes of content
//
// The frames are, in this order:
//
//	'A'  once: an [About], as JSON
//	'R'  a record: key length (uvarint), key, expiry in milliseconds since 1970
//	     (8 bytes, big endian, 0 for never), data
//	'P'  a part of the record before it: key length (uvarint), key, data
//	'E'  once, at the end: a [Summary] with a SHA-256 of all that is in front of this
//	     frame, as JSON
//
// The keys of records and parts are in ascending order. Revisions are not kept: they
// belong to the store.
package backup
