package store

import (
	"context"
	"encoding/binary"
	"errors"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Commit implements [Store]. The error wraps [ErrFormat], and nothing is
// written, if a newer version has written the record.
//
// A record that is damaged since its revision was named is replaced: etcd knows
// the revision of what nobody can read.
func (e *Etcd) Commit(ctx context.Context, r Record, with ...Record) (Revision, error) {
	if err := checkKeys(r, with); err != nil {
		return 0, err
	}
	if err := e.enter(ctx); err != nil {
		return 0, err
	}
	mine := tokenOf(e.process, r, with)
	ops := e.put(nil, r, mine)
	for _, w := range with {
		ops = e.put(ops, w, mine)
	}
	for expected := int64(r.Revision); ; {
		found, rev, err := e.swap(ctx, r.Key, expected, ops)
		switch {
		case err != nil:
			return 0, err
		case rev != 0:
			return Revision(rev), nil
		case found == nil && r.Revision != 0:
			return 0, ErrConflict
		case found == nil:
			expected = 0 // what was damaged is gone by now
			continue
		}
		_, theirs, err := e.open(r.Key, found)
		switch {
		case err == nil && theirs == mine: // an earlier attempt succeeded
			e.newest.Store(found.ModRevision)
			return Revision(found.ModRevision), nil
		case err == nil:
			return 0, ErrConflict
		case r.Revision != 0 || !errors.Is(err, ErrCorrupt):
			return 0, err
		}
		expected = found.ModRevision // it is damaged and counts as none
	}
}

// put appends what writes a record and its place in the index.
func (e *Etcd) put(ops []clientv3.Op, r Record, t token) []clientv3.Op {
	expires := millis(r.Expires)
	value := seal(e.config.Seal, r.Key, sealed{token: t, expires: expires, data: r.Data})
	ops = append(ops, clientv3.OpPut(e.recordKey(r.Key), string(value)))
	if expires == 0 {
		return append(ops, clientv3.OpDelete(e.expiryKey(r.Key)))
	}
	return append(ops, clientv3.OpPut(e.expiryKey(r.Key), string(binary.BigEndian.AppendUint64(nil, uint64(expires)))))
}

// Delete implements [Store]. A deletion that gets no clear answer, and is
// repeated after it succeeded and somebody made the record anew, returns
// [ErrConflict].
func (e *Etcd) Delete(ctx context.Context, key string, rev Revision, with ...string) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	var ops []clientv3.Op
	for _, k := range append([]string{key}, with...) {
		ops = append(ops, clientv3.OpDelete(e.recordKey(k)), clientv3.OpDelete(e.expiryKey(k)))
	}
	for expected := int64(rev); ; {
		found, done, err := e.swap(ctx, key, expected, ops)
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
			return ErrConflict
		case rev != 0 || !errors.Is(err, ErrCorrupt):
			return err
		}
		expected = found.ModRevision
	}
}

// swap carries out ops if the record's revision is the expected one, and returns
// etcd's revision after that. Else it returns what there is under the key, nil
// for nothing, and zero.
func (e *Etcd) swap(ctx context.Context, key string, expected int64, ops []clientv3.Op) (found *mvccpb.KeyValue, rev int64, err error) {
	var resp *clientv3.TxnResponse
	err = e.persist(ctx, func(ctx context.Context) (err error) {
		resp, err = e.config.Client.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(e.recordKey(key)), "=", expected)).
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
