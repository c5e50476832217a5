// Package record is the stored form of rooms and users: their records, and the parts of a
// room's record. Its Go code is generated from record.proto with
//
//	protoc --go_out=. --go_opt=module=example.com/pokey actors/record/record.proto
//
// Every later version reads what an earlier one has written; the files in testdata make
// sure of that. Nothing here may be printed or logged: the messages contain estimates, and
// their generated String methods show them.
package record

// Form is the newest form of what is stored, which this version writes. Every version
// reads the forms before its own. The number is raised when the version that was
// released last would lose something of what this one stores, because it reads a
// record, leaves out what it does not know, and writes it back. The stores then keep
// that version out.
const Form = 1
