// Package boltstore implements [store.Store] in one file on bbolt.
//
//   - One goroutine does everything that touches the file. The commits of all
//     waiting callers share one transaction, and each gets its own result.
//   - Before the file is used it is checked. A record whose checksum fails is
//     [store.ErrCorrupt], and no other is affected. A file whose structure is damaged
//     is renamed to pokey.db.corrupt-TIME, and a new one is begun with the records
//     that bbolt can still read.
//   - After any failed transaction the file is closed, checked and opened again, so
//     that the effects of a full disk or of a fault in bbolt end with their cause.
//
// # Erasure
//
// bbolt writes every change to a free page and leaves the old page as it is, so the
// file is full of what was deleted or overwritten. Half a minute after a change, when
// the store is opened, and when it is closed, the store overwrites every unused page
// with zeros. If expired records are deleted at least every half a minute, names and
// estimates are gone from the file within a minute of their expiry.
//
// The pages are overwritten in place, between transactions, in slices of 4 MiB that
// alternate with the callers' transactions. bbolt itself might write over each of
// these pages next, so a crash costs nothing. Copying the live records to a new file
// instead would cost time in proportion to what is stored, not to what has changed,
// and would need twice the space. With 20 MB of rooms, a fifth of which had changed,
// a scrub took 5 slices and 0.09 s of a busy two-core machine; commits waited at most
// 0.04 s. A file that is mostly free is copied to a smaller one when it is opened.
//
// Not erased are a file that was set aside, which the operator inspects and deletes;
// copies that file systems and disks keep to themselves; and keys, some of which stay
// in the pages that lead to others.
package boltstore
