// Package record is the stored form of rooms and users: what the record of each
// holds, and the parts of a room's. Its Go code is made from record.proto by
//
//	protoc --go_out=. --go_opt=module=example.com/pokey actors/record/record.proto
//
// What a process has written, every later version reads: the files in testdata
// hold it to that. Nothing here is for people to see. Estimates are in it, and the
// String methods of what is generated show them, so nobody prints one.
package record
