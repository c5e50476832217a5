package etcdstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdretry"
)

// A commit that takes several transactions is atomic all the same. Its parts are
// first staged in batches that carry the commit's token. Then one transaction writes
// the record, with that token: from then on whoever loads the record takes its parts
// from the batches. Finally each batch is applied: its parts are moved to their own
// keys. If the process ends before that, the next commit applies the batches first.
// Batches with another token than the record's belong to commits that failed.

// A transaction is at most this large unless a single part is larger. By default etcd
// accepts 128 operations and 1.5 MiB.
const (
	maxOps      = 100
	maxOpsBytes = 1 << 20
)

// batch is some of the parts of a large commit.
type batch struct {
	key   string // in etcd
	parts []store.Record
}

// split splits the parts of a commit that is too large for one transaction. It
// returns nil for other commits.
func (r *records) split(rec store.Record, parts []store.Record, t token) (all []batch) {
	size := len(rec.Data)
	for _, p := range parts {
		size += len(p.Key) + len(p.Data)
	}
	if len(parts) <= maxOps && size <= maxOpsBytes {
		return nil
	}
	for size = maxOpsBytes + 1; len(parts) > 0; parts = parts[1:] {
		p := parts[0]
		size += len(p.Key) + len(p.Data)
		if size > maxOpsBytes || len(all[len(all)-1].parts) >= maxOps {
			all = append(all, batch{key: fmt.Sprintf("%s%06d", r.batchPrefix(rec.Key, t), len(all))})
			size = len(p.Key) + len(p.Data)
		}
		last := &all[len(all)-1]
		last.parts = append(last.parts, p)
	}
	return all
}

// batchPrefix is what the keys of a commit's batches begin with.
func (r *records) batchPrefix(key string, t token) string {
	return r.keys.batches(key) + hex.EncodeToString(t[:]) + "/"
}

// stage writes the batches of a commit, except those that an earlier attempt has
// written. It returns the conditions under which all of them are there.
func (r *records) stage(ctx context.Context, key string, expected int64, all []batch, t token) (complete []clientv3.Cmp, err error) {
	for _, b := range all {
		value := seal(r.aead, r.sealedKey(b.key), sealed{token: t, data: packParts(b.parts)})
		err := etcdretry.Do(ctx, r.client, func(ctx context.Context) error {
			_, err := r.client.Txn(ctx).
				If(r.atRevision(key, expected), clientv3.Compare(clientv3.CreateRevision(b.key), "=", 0)).
				Then(clientv3.OpPut(b.key, string(value))).
				Commit()
			return err
		})
		if err != nil {
			return nil, err
		}
		complete = append(complete, clientv3.Compare(clientv3.CreateRevision(b.key), ">", 0))
	}
	return complete, nil
}

// apply applies the batches of a record's last commit and removes all others, except
// those of a commit under way, as long as the record's revision is rev.
func (r *records) apply(ctx context.Context, key string, rev int64, underWay token) error {
	var resp *clientv3.TxnResponse
	err := etcdretry.Do(ctx, r.client, func(ctx context.Context) (err error) {
		resp, err = r.client.Txn(ctx).
			If(r.atRevision(key, rev)).
			Then(clientv3.OpGet(r.keys.record(key)), clientv3.OpGet(r.keys.batches(key), clientv3.WithPrefix())).
			Commit()
		return err
	})
	if err != nil || !resp.Succeeded {
		return err
	}
	var t token // of the last commit
	if found := resp.Responses[0].GetResponseRange().Kvs; len(found) > 0 {
		_, t, _ = r.open(key, found[0]) // the batches of a damaged record do not count
	}
	for _, kv := range resp.Responses[1].GetResponseRange().Kvs {
		if strings.HasPrefix(string(kv.Key), r.batchPrefix(key, underWay)) {
			continue
		}
		ops := append(r.putParts(r.openBatch(kv, t), t), clientv3.OpDelete(string(kv.Key)))
		if _, done, err := r.swap(ctx, key, rev, nil, ops); err != nil || done == 0 {
			return err
		}
	}
	return nil
}

// openBatch returns the parts in a batch, or none if it is damaged or of another
// commit than that with the token.
func (r *records) openBatch(kv *mvccpb.KeyValue, t token) []store.Record {
	s, err := unseal(r.aead, r.sealedKey(string(kv.Key)), kv.Value)
	if err != nil || s.token != t {
		return nil
	}
	return unpackParts(s.data)
}

// sealedKey is the key of a batch that goes into its seal, without the prefix.
func (r *records) sealedKey(key string) string { return strings.TrimPrefix(key, string(r.keys)) }

// overlay returns the parts as they are once the batches are applied.
func (r *records) overlay(parts []store.Record, batches []*mvccpb.KeyValue, t token) []store.Record {
	if len(batches) == 0 {
		return parts
	}
	byKey := map[string]store.Record{}
	for _, p := range parts {
		byKey[p.Key] = p
	}
	for _, kv := range batches {
		for _, p := range r.openBatch(kv, t) {
			if byKey[p.Key] = p; len(p.Data) == 0 {
				delete(byKey, p.Key)
			}
		}
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
}

// packParts encodes parts one after the other: the length of the key, the key, the
// length of the data, the data.
func packParts(parts []store.Record) (b []byte) {
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p.Key))), p.Key...)
		b = append(binary.AppendUvarint(b, uint64(len(p.Data))), p.Data...)
	}
	return b
}

// unpackParts is the inverse of packParts. It returns nil for anything else.
func unpackParts(b []byte) (parts []store.Record) {
	ok := true
	next := func() []byte {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			b, ok = nil, false
			return nil
		}
		text := b[size : size+int(n)]
		b = b[size+int(n):]
		return text
	}
	for len(b) > 0 {
		key := string(next())
		parts = append(parts, store.Record{Key: key, Data: bytes.Clone(next())})
	}
	if !ok {
		return nil
	}
	return parts
}
