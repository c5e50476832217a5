// Package store keeps committed rooms and users as opaque records.
//
// The store is the authority over a record, not the actor that holds it in memory.
// Every commit names the revision it started from, and for one revision at most one
// commit succeeds. A caller that gets [ErrConflict] has been superseded, and must
// neither acknowledge nor show what it tried to commit.
//
// [Memory] loses everything with the process. Package boltstore keeps the records
// of one process in a file; package etcdstore shares them between processes.
// Package storetest tests any [Store].
package store
