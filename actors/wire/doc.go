// Package wire is the messages between nodes: an [Envelope] with one body. Its Go code
// is generated from envelope.proto by
//
//	protoc --go_out=. --go_opt=paths=source_relative actors/wire/envelope.proto
//
// An envelope leaves its node only over the link between nodes, which is encrypted. It
// holds estimates and its String method shows them, so it must never be printed.
package wire

// Version is the newest version of the envelope that this node understands. A body that
// was introduced after version 1 may be sent once every member's record states its
// version.
const Version = 1
