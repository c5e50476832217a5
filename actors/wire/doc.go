// Package wire is what the actors of one node say to those of another: a
// [Envelope] with one body. Its Go code is made from envelope.proto by
//
//	protoc --go_out=. --go_opt=paths=source_relative actors/wire/envelope.proto
//
// A letter never leaves its node but over the link between nodes, which is
// encrypted: estimates are in it, and its String method shows them. Nobody
// prints one.
package wire

// Version is the newest version of the letters that this node understands. A
// body that was not there in version 1 is sent when all members of the cluster
// have its version in their records.
const Version = 1
