package etcdstore

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdretry"
)

// Import replaces all records of a store that no process uses. What etcd has is
// incomplete until the import is finished; meanwhile, and if it is interrupted,
// [Store.Prepare] returns [ErrImporting].
type Import struct {
	store   *Store
	cleared bool
	ops     []clientv3.Op
	size    int // of the values in ops, in bytes
	records int // and parts
}

// BeginImport begins an import, or repeats one that was interrupted. From then on no
// process begins to use the store. The caller makes sure that none is using it.
func (s *Store) BeginImport(ctx context.Context) (*Import, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	return &Import{store: s}, s.put(ctx, s.keys.importing(), "1")
}

func (s *Store) put(ctx context.Context, key, value string) error {
	return etcdretry.Do(ctx, s.records.client, func(ctx context.Context) error {
		_, err := s.records.client.Put(ctx, key, value)
		return err
	})
}

// Existing returns how many records and parts there are.
func (i *Import) Existing(ctx context.Context) (records int, err error) {
	err = etcdretry.Do(ctx, i.store.records.client, func(ctx context.Context) error {
		resp, err := i.store.records.client.Get(ctx, i.store.keys.record(""), clientv3.WithPrefix(), clientv3.WithCountOnly())
		if err == nil {
			records = int(resp.Count)
		}
		return err
	})
	return records, err
}

// Clear removes what is there. Then the import must be finished or repeated.
func (i *Import) Clear(ctx context.Context) error {
	i.cleared = true
	for _, prefix := range []string{i.store.keys.record(""), string(i.store.keys) + largePrefix, i.store.keys.expiry("")} {
		if err := i.clear(ctx, prefix); err != nil {
			return err
		}
	}
	return nil
}

// clear removes what begins with a prefix, some at a time, so that etcd can serve
// others meanwhile.
func (i *Import) clear(ctx context.Context, prefix string) error {
	client := i.store.records.client
	end := clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix))
	for {
		more := false
		err := etcdretry.Do(ctx, client, func(ctx context.Context) error {
			page, err := client.Get(ctx, prefix, end, clientv3.WithKeysOnly(), clientv3.WithLimit(clearPage))
			if err != nil || len(page.Kvs) == 0 {
				return err
			}
			more = page.More
			_, err = client.Delete(ctx, prefix, clientv3.WithRange(string(page.Kvs[len(page.Kvs)-1].Key)+"\x00"))
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

const clearPage = 5000 // keys

// Add adds a record with its parts.
func (i *Import) Add(ctx context.Context, r store.Record, parts []store.Record) error {
	if err := store.CheckKeys(r, parts); err != nil {
		return err
	}
	records := i.store.records
	if err := i.queue(ctx, len(r.Data), records.put(r, token{})...); err != nil {
		return err
	}
	for _, p := range parts {
		if err := i.queue(ctx, len(p.Data), records.putParts([]store.Record{p}, token{})...); err != nil {
			return err
		}
	}
	i.records += 1 + len(parts)
	return nil
}

// queue adds operations to the next transaction, and commits it first if it is full.
func (i *Import) queue(ctx context.Context, size int, ops ...clientv3.Op) error {
	if len(i.ops)+len(ops) > maxOps || i.size+size > maxOpsBytes {
		if err := i.flush(ctx); err != nil {
			return err
		}
	}
	i.ops, i.size = append(i.ops, ops...), i.size+size
	return nil
}

func (i *Import) flush(ctx context.Context) error {
	if len(i.ops) == 0 {
		return nil
	}
	_, err := i.store.records.get(ctx, i.ops...)
	i.ops, i.size = nil, 0
	return err
}

// Finish ends the import after reading everything back: the records have the form, and
// the store can be used.
func (i *Import) Finish(ctx context.Context, form int) error {
	if err := i.flush(ctx); err != nil {
		return err
	}
	found := 0
	damaged, err := i.store.Snapshot(ctx, func(_ store.Record, parts []store.Record) error {
		found += 1 + len(parts)
		return nil
	})
	if err != nil {
		return err
	}
	if found != i.records || damaged > 0 {
		return fmt.Errorf("store: etcd has %d of %d records, and %d damaged ones: %w", found, i.records, damaged, store.ErrCorrupt)
	}
	if err := i.store.put(ctx, i.store.keys.form(), fmt.Sprint(form)); err != nil {
		return err
	}
	return i.end(ctx)
}

// Abort ends an import that has cleared nothing yet. Otherwise it returns
// [ErrImporting], and the store stays unusable until an import is finished.
func (i *Import) Abort(ctx context.Context) error {
	if i.cleared {
		return ErrImporting
	}
	return i.end(ctx)
}

func (i *Import) end(ctx context.Context) error {
	return etcdretry.Do(ctx, i.store.records.client, func(ctx context.Context) error {
		_, err := i.store.records.client.Delete(ctx, i.store.keys.importing())
		return err
	})
}
