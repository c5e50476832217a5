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
)

// A commit of more than one transaction is atomic all the same. Its parts are first
// written aside, in chunks that carry the commit's token. Then one transaction writes
// the record, with that token: from this moment on the chunks count as the parts in
// them, wherever these are read. At last each chunk is moved to where its parts
// belong. Whatever ends it before that, whoever commits next finishes it first.
// Chunks with another token than the record's are of commits that never were.

// chunk is parts of a large commit, and the key that it is kept under.
type chunk struct {
	key   string
	parts []store.Record
}

func (e *Store) largeKey(key string) string { return e.config.Prefix + "large/" + key }

// chunks are the parts of a commit that is too large for one transaction, and nil
// for others.
func (e *Store) chunks(r store.Record, parts []store.Record, t token) (all []chunk) {
	size := len(r.Data)
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
			all = append(all, chunk{key: fmt.Sprintf("%s/%s/%06d", r.Key, hex.EncodeToString(t[:]), len(all))})
			size = len(p.Key) + len(p.Data)
		}
		last := &all[len(all)-1]
		last.parts = append(last.parts, p)
	}
	return all
}

// writeAside writes the chunks of a commit. Those that an earlier attempt has
// written are left. It returns the conditions under which all of them are there.
func (e *Store) writeAside(ctx context.Context, key string, expected int64, all []chunk, t token) (whole []clientv3.Cmp, err error) {
	for _, c := range all {
		name := e.largeKey(c.key)
		is := clientv3.Compare(clientv3.CreateRevision(name), ">", 0)
		sealed := seal(e.config.Seal, "large/"+c.key, sealed{token: t, data: packParts(c.parts)})
		err := e.persist(ctx, func(ctx context.Context) error {
			_, err := e.config.Client.Txn(ctx).
				If(clientv3.Compare(clientv3.ModRevision(e.recordKey(key)), "=", expected), clientv3.Compare(clientv3.CreateRevision(name), "=", 0)).
				Then(clientv3.OpPut(name, string(sealed))).
				Commit()
			return err
		})
		if err != nil {
			return nil, err
		}
		whole = append(whole, is)
	}
	return whole, nil
}

// finish moves the chunks of a record's last commit to where their parts belong, and
// removes all others, as long as the record's revision is rev.
func (e *Store) finish(ctx context.Context, key string, rev int64) error {
	return e.finishOthers(ctx, key, rev, token{})
}

// finishOthers is finish, and leaves the chunks alone that a commit under way has
// written.
func (e *Store) finishOthers(ctx context.Context, key string, rev int64, mine token) error {
	var resp *clientv3.TxnResponse
	err := e.persist(ctx, func(ctx context.Context) (err error) {
		resp, err = e.config.Client.Txn(ctx).
			If(clientv3.Compare(clientv3.ModRevision(e.recordKey(key)), "=", rev)).
			Then(clientv3.OpGet(e.recordKey(key)), clientv3.OpGet(e.largeKey(key)+"/", clientv3.WithPrefix())).
			Commit()
		return err
	})
	if err != nil || !resp.Succeeded {
		return err
	}
	t := e.tokenIn(key, resp.Responses[0].GetResponseRange().Kvs)
	own := e.largeKey(key) + "/" + hex.EncodeToString(mine[:]) + "/"
	for _, kv := range resp.Responses[1].GetResponseRange().Kvs {
		if strings.HasPrefix(string(kv.Key), own) {
			continue
		}
		parts := e.openChunk(kv, t) // one that cannot be read is as good as none
		ops := append(e.putParts(parts, t), clientv3.OpDelete(string(kv.Key)))
		if _, done, err := e.swap(ctx, key, rev, nil, ops); err != nil || done == 0 {
			return err
		}
	}
	return nil
}

// tokenIn is the token of the commit that wrote a record.
func (e *Store) tokenIn(key string, found []*mvccpb.KeyValue) (t token) {
	if len(found) > 0 {
		_, t, _ = e.open(key, found[0])
	}
	return t
}

// openChunk returns the parts in a chunk that is of the commit with that token.
func (e *Store) openChunk(kv *mvccpb.KeyValue, t token) []store.Record {
	s, err := unseal(e.config.Seal, strings.TrimPrefix(string(kv.Key), e.config.Prefix), kv.Value)
	if err != nil || s.token != t {
		return nil
	}
	return unpackParts(s.data)
}

// overlay puts the parts in a record's chunks over those that were found.
func (e *Store) overlay(parts []store.Record, chunks []*mvccpb.KeyValue, t token) []store.Record {
	if len(chunks) == 0 {
		return parts
	}
	byKey := map[string]store.Record{}
	for _, p := range parts {
		byKey[p.Key] = p
	}
	for _, kv := range chunks {
		for _, p := range e.openChunk(kv, t) {
			if byKey[p.Key] = p; len(p.Data) == 0 {
				delete(byKey, p.Key)
			}
		}
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
}

// packParts writes parts one after the other: the length of the key, the key, the
// length of the data, the data.
func packParts(parts []store.Record) (b []byte) {
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p.Key))), p.Key...)
		b = append(binary.AppendUvarint(b, uint64(len(p.Data))), p.Data...)
	}
	return b
}

// unpackParts returns nothing if b is not what packParts has written.
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
