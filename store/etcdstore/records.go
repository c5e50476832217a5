package etcdstore

import (
	"context"
	"crypto/cipher"
	"encoding/binary"
	"strings"
	"sync/atomic"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdretry"
)

// records reads and writes records and parts in etcd.
type records struct {
	client *clientv3.Client
	keys   keyspace
	aead   cipher.AEAD
	newest atomic.Int64 // the etcd revision of the last write
}

// get runs read operations in one transaction.
func (r *records) get(ctx context.Context, ops ...clientv3.Op) (resp *clientv3.TxnResponse, err error) {
	err = etcdretry.Do(ctx, r.client, func(ctx context.Context) (err error) {
		resp, err = r.client.Txn(ctx).Then(ops...).Commit()
		return err
	})
	return resp, err
}

// swap runs ops if the record's revision is the expected one and the conditions hold,
// and returns etcd's revision after that. Otherwise it returns what is stored under
// the key, nil for nothing, and zero.
func (r *records) swap(ctx context.Context, key string, expected int64, conditions []clientv3.Cmp, ops []clientv3.Op) (found *mvccpb.KeyValue, rev int64, err error) {
	var resp *clientv3.TxnResponse
	err = etcdretry.Do(ctx, r.client, func(ctx context.Context) (err error) {
		resp, err = r.client.Txn(ctx).
			If(append([]clientv3.Cmp{r.atRevision(key, expected)}, conditions...)...).
			Then(ops...).
			Else(clientv3.OpGet(r.keys.record(key))).
			Commit()
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	if resp.Succeeded {
		r.newest.Store(resp.Header.Revision)
		return nil, resp.Header.Revision, nil
	}
	if kvs := resp.Responses[0].GetResponseRange().Kvs; len(kvs) > 0 {
		return kvs[0], 0, nil
	}
	return nil, 0, nil
}

// atRevision is the condition that the record's revision is the expected one.
func (r *records) atRevision(key string, expected int64) clientv3.Cmp {
	return clientv3.Compare(clientv3.ModRevision(r.keys.record(key)), "=", expected)
}

// open unseals what was found under a record's key.
func (r *records) open(key string, kv *mvccpb.KeyValue) (store.Record, token, error) {
	s, err := unseal(r.aead, key, kv.Value)
	if err != nil {
		return store.Record{}, token{}, err
	}
	return store.Record{Key: key, Revision: store.Revision(kv.ModRevision), Expires: store.FromMillis(s.expires), Data: s.data}, s.token, nil
}

// openPart unseals what was found under a part's key.
func (r *records) openPart(kv *mvccpb.KeyValue) (store.Record, error) {
	p, _, err := r.open(strings.TrimPrefix(string(kv.Key), r.keys.record("")), kv)
	return store.Record{Key: p.Key, Data: p.Data}, err
}

// putParts returns the operations that write parts, or remove those without data.
func (r *records) putParts(parts []store.Record, t token) (ops []clientv3.Op) {
	for _, p := range parts {
		op := clientv3.OpDelete(r.keys.record(p.Key))
		if len(p.Data) > 0 {
			op = clientv3.OpPut(r.keys.record(p.Key), string(seal(r.aead, p.Key, sealed{token: t, data: p.Data})))
		}
		ops = append(ops, op)
	}
	return ops
}

// put returns the operations that write a record and its place in the expiry index.
func (r *records) put(rec store.Record, t token) []clientv3.Op {
	expires := store.Millis(rec.Expires)
	value := seal(r.aead, rec.Key, sealed{token: t, expires: expires, data: rec.Data})
	put := clientv3.OpPut(r.keys.record(rec.Key), string(value))
	if expires == 0 {
		return []clientv3.Op{put, clientv3.OpDelete(r.keys.expiry(rec.Key))}
	}
	return []clientv3.Op{put, clientv3.OpPut(r.keys.expiry(rec.Key), string(binary.BigEndian.AppendUint64(nil, uint64(expires))))}
}

// removeParts returns the operations that remove all parts of a record.
func (r *records) removeParts(key string) []clientv3.Op {
	return []clientv3.Op{
		clientv3.OpDelete(r.keys.parts(key), clientv3.WithPrefix()),
		clientv3.OpDelete(r.keys.batches(key), clientv3.WithPrefix()),
	}
}
