// Package etcdstore implements [store.Store] in etcd, which several processes share.
//
// A commit is one etcd transaction, and a majority of etcd has it on disk when it
// returns. Every value is sealed with a key that etcd does not have.
//
// # Erasure
//
// etcd keeps every revision of every key until its history is compacted. Each store
// compacts it every 20 seconds, up to its own newest write of the round before, so
// that what it has deleted or overwritten cannot be read from etcd 40 seconds later.
// The history is that of all of etcd, which should therefore serve Pokey alone. What
// the last process deletes before it stops is compacted after the next process has
// written something.
//
// etcd's files are another matter. Its log holds what was written until etcd removes
// old parts of it; so do its snapshots, its backups, and the free pages of its
// database until it is defragmented. All of that is sealed: names and estimates can
// be read there only with the key. Never sealed are the keys of the records, which
// contain the ids of rooms and users, when records expire, and how long they are and
// how often they are written.
package etcdstore
