package etcdstore

import (
	"context"
	"encoding/binary"
	"errors"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
)

// Commit implements [store.Store]. The error wraps [store.ErrFormat], and nothing is
// written, if a newer version has written the record.
//
// A record that is damaged since its revision was named is replaced: etcd knows
// the revision of what nobody can read.
func (e *Store) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if err := store.CheckKeys(r, parts); err != nil {
		return 0, err
	}
	if err := e.enter(ctx); err != nil {
		return 0, err
	}
	mine := tokenOf(e.process, r, parts)
	for expected := int64(r.Revision); ; {
		found, rev, err := e.attemptCommit(ctx, r, expected, parts, mine)
		switch {
		case err != nil:
			return 0, err
		case rev != 0:
			return store.Revision(rev), nil
		case found == nil && r.Revision != 0:
			return 0, store.ErrConflict
		case found == nil:
			expected = 0 // what was damaged is gone by now
			continue
		case found.ModRevision == expected: // there are chunks, or some are not there any more
			if err := e.finish(ctx, r.Key, expected); err != nil {
				return 0, err
			}
			continue
		}
		_, theirs, err := e.open(r.Key, found)
		switch {
		case err == nil && theirs == mine: // an earlier attempt succeeded
			e.newest.Store(found.ModRevision)
			return store.Revision(found.ModRevision), e.finish(ctx, r.Key, found.ModRevision)
		case err == nil:
			return 0, store.ErrConflict
		case r.Revision != 0 || !errors.Is(err, store.ErrCorrupt):
			return 0, err
		}
		expected = found.ModRevision // it is damaged and counts as none
	}
}

// A transaction is at most this large unless a single record is larger. etcd takes
// 128 operations and 1.5 MiB, unless it is told otherwise.
const (
	maxOps      = 100
	maxOpsBytes = 1 << 20
)

// attemptCommit commits a record and its parts if the record's revision is the
// expected one, and returns what swap does. All old parts of a record that is made
// anew go first, because etcd does not take another word about them in the
// transaction that writes it.
func (e *Store) attemptCommit(ctx context.Context, r store.Record, expected int64, parts []store.Record, t token) (found *mvccpb.KeyValue, rev int64, err error) {
	var ops []clientv3.Op
	if r.Revision == 0 {
		ops = append(ops, clientv3.OpDelete(e.recordKey(r.Key)+"/", clientv3.WithPrefix()), clientv3.OpDelete(e.largeKey(r.Key)+"/", clientv3.WithPrefix()))
		if len(parts) > 0 {
			if found, rev, err = e.swap(ctx, r.Key, expected, nil, ops); err != nil || rev == 0 {
				return found, rev, err
			}
			ops = nil
		}
	}
	large := e.chunks(r, parts, t)
	if large == nil {
		none := clientv3.Compare(clientv3.CreateRevision(e.largeKey(r.Key)+"/").WithPrefix(), "=", 0)
		conditions := []clientv3.Cmp{none}
		if r.Revision == 0 && len(parts) == 0 {
			conditions = nil // they go with it
		}
		return e.swap(ctx, r.Key, expected, conditions, e.put(append(ops, e.putParts(parts, t)...), r, t))
	}
	if r.Revision != 0 {
		if err := e.finishOthers(ctx, r.Key, expected, t); err != nil {
			return nil, 0, err
		}
	}
	whole, err := e.writeAside(ctx, r.Key, expected, large, t)
	if err != nil {
		return nil, 0, err
	}
	if found, rev, err = e.swap(ctx, r.Key, expected, whole, e.put(nil, r, t)); err != nil || rev == 0 {
		return found, rev, err
	}
	return nil, rev, e.finish(ctx, r.Key, rev)
}

// putParts writes or removes parts.
func (e *Store) putParts(parts []store.Record, t token) (ops []clientv3.Op) {
	for _, p := range parts {
		op := clientv3.OpDelete(e.recordKey(p.Key))
		if len(p.Data) > 0 {
			op = clientv3.OpPut(e.recordKey(p.Key), string(seal(e.config.Seal, p.Key, sealed{token: t, data: p.Data})))
		}
		ops = append(ops, op)
	}
	return ops
}

// put appends what writes a record and its place in the index.
func (e *Store) put(ops []clientv3.Op, r store.Record, t token) []clientv3.Op {
	expires := store.Millis(r.Expires)
	value := seal(e.config.Seal, r.Key, sealed{token: t, expires: expires, data: r.Data})
	ops = append(ops, clientv3.OpPut(e.recordKey(r.Key), string(value)))
	if expires == 0 {
		return append(ops, clientv3.OpDelete(e.expiryKey(r.Key)))
	}
	return append(ops, clientv3.OpPut(e.expiryKey(r.Key), string(binary.BigEndian.AppendUint64(nil, uint64(expires)))))
}

// Delete implements [store.Store]. A deletion that gets no clear answer, and is
// repeated after it succeeded and somebody made the record anew, returns
// [store.ErrConflict].
func (e *Store) Delete(ctx context.Context, key string, rev store.Revision) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	ops := []clientv3.Op{
		clientv3.OpDelete(e.recordKey(key)), clientv3.OpDelete(e.expiryKey(key)),
		clientv3.OpDelete(e.recordKey(key)+"/", clientv3.WithPrefix()),
		clientv3.OpDelete(e.largeKey(key)+"/", clientv3.WithPrefix()),
	}
	for expected := int64(rev); ; {
		found, done, err := e.swap(ctx, key, expected, nil, ops)
		switch {
		case err != nil:
			return err
		case done != 0:
			return nil
		case found == nil:
			expected = 0 // what belongs to it may still be there
			continue
		}
		_, _, err = e.open(key, found)
		switch {
		case err == nil:
			return store.ErrConflict
		case rev != 0 || !errors.Is(err, store.ErrCorrupt):
			return err
		}
		expected = found.ModRevision
	}
}

// swap carries out ops if the record's revision is the expected one, and what else
// is a condition holds, and returns etcd's revision after that. Else it returns what there is under the key, nil
// for nothing, and zero.
func (e *Store) swap(ctx context.Context, key string, expected int64, more []clientv3.Cmp, ops []clientv3.Op) (found *mvccpb.KeyValue, rev int64, err error) {
	var resp *clientv3.TxnResponse
	err = e.persist(ctx, func(ctx context.Context) (err error) {
		resp, err = e.config.Client.Txn(ctx).
			If(append([]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(e.recordKey(key)), "=", expected)}, more...)...).
			Then(ops...).
			Else(clientv3.OpGet(e.recordKey(key))).
			Commit()
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if resp.Succeeded {
		e.newest.Store(resp.Header.Revision)
		return nil, resp.Header.Revision, nil
	}
	if kvs := resp.Responses[0].GetResponseRange().Kvs; len(kvs) > 0 {
		return kvs[0], 0, nil
	}
	return nil, 0, nil
}
