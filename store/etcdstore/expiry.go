package etcdstore

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
)

const expiryLoad = 32 // records read at once; etcd allows 128

// indexEntry is an entry of the expiry index.
type indexEntry struct {
	expires int64 // milliseconds since 1970
	key     string
}

// Expired implements [store.Store]. It reads the whole index, and of the records only
// those it returns and those that are damaged. With 30 000 records that took 80 ms of
// etcd's processor time, and 35 ms of this process's, on a slow machine.
func (s *Store) Expired(ctx context.Context, now time.Time, limit int) ([]string, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, nil
	}
	due, err := s.due(ctx, now)
	if err != nil {
		return nil, err
	}
	var keys []string
	for some := range slices.Chunk(due, expiryLoad) {
		confirmed, err := s.confirm(ctx, some, now)
		if err != nil {
			return nil, err
		}
		if keys = append(keys, confirmed...); len(keys) >= limit {
			return keys[:limit], nil
		}
	}
	return keys, nil
}

// due returns the entries of the index that have expired, oldest first.
func (s *Store) due(ctx context.Context, now time.Time) ([]indexEntry, error) {
	prefix := s.keys.expiry("")
	end := clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix))
	var found []indexEntry
	for from := prefix; ; {
		resp, err := s.records.get(ctx, clientv3.OpGet(from, end, clientv3.WithLimit(s.expiryPage)))
		if err != nil {
			return nil, err
		}
		page := resp.Responses[0].GetResponseRange()
		for _, kv := range page.Kvs {
			if len(kv.Value) != 8 {
				continue
			}
			if expires := int64(binary.BigEndian.Uint64(kv.Value)); expires <= store.Millis(now) {
				found = append(found, indexEntry{expires, strings.TrimPrefix(string(kv.Key), prefix)})
			}
		}
		if !page.More || len(page.Kvs) == 0 {
			break
		}
		from = string(page.Kvs[len(page.Kvs)-1].Key) + "\x00"
	}
	slices.SortFunc(found, func(a, b indexEntry) int {
		return cmp.Or(cmp.Compare(a.expires, b.expires), cmp.Compare(a.key, b.key))
	})
	return found, nil
}

// confirm returns the keys of those entries whose records can be read and have
// expired.
func (s *Store) confirm(ctx context.Context, due []indexEntry, now time.Time) ([]string, error) {
	ops := make([]clientv3.Op, len(due))
	for i, e := range due {
		ops[i] = clientv3.OpGet(s.keys.record(e.key))
	}
	resp, err := s.records.get(ctx, ops...)
	if err != nil {
		return nil, err
	}
	var keys []string
	for i, e := range due {
		kvs := resp.Responses[i].GetResponseRange().Kvs
		if len(kvs) == 0 {
			continue
		}
		r, _, err := s.records.open(e.key, kvs[0])
		if err == nil && !r.Expires.IsZero() && !r.Expires.After(now) {
			keys = append(keys, e.key)
		}
	}
	return keys, nil
}
