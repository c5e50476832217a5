package etcdstore

import (
	"context"
	"crypto/cipher"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store/etcdretry"
)

// Ring is a seal that opens also what older keys have sealed.
type Ring interface {
	cipher.AEAD
	// Newest returns the seal of the key that seals; nil if there is no other key.
	Newest() cipher.AEAD
}

const (
	// resealAfter is how long after the start values are sealed again. By then all
	// processes should seal with the new key: one that does not would be overtaken by
	// this one again and again.
	resealAfter = 10 * time.Minute
	resealEvery = time.Second // for a page
	resealPage  = 64          // values
	resealRetry = time.Minute // for a store that cannot be used
	// resealKeys is how many keys are read at once. Whatever the limit, etcd counts all
	// keys of a range, which takes it a tenth of a second for some 100 000, so the values
	// are asked for by their keys.
	resealKeys = 1024
)

// resealer seals again, with the newest key, what older keys have sealed. What is in use
// is written anyway, but the rest would be lost together with an older key. To whoever has
// loaded a record that is sealed again, it looks as if another process had committed it.
type resealer struct {
	records *records
	newest  cipher.AEAD
	after   time.Duration
	every   time.Duration
	log     *slog.Logger
}

// run seals until all is sealed with the newest key.
func (r *resealer) run(ctx context.Context) {
	wait := r.after + rand.N(r.after/4+1) // not all processes at once
	total := 0
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		old, err := r.pass(ctx)
		wait = r.every
		switch total += old; {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Warn("cannot seal all records with the newest line of the secret yet", "err", err)
			wait = resealRetry
		case old == 0:
			r.log.Info("all records are sealed with the newest line of the secret", "sealed again", total)
			return
		}
	}
}

// pass goes through all values once, and returns how many of them it had to seal again.
func (r *resealer) pass(ctx context.Context) (old int, err error) {
	keys := r.records.keys
	old, err = r.passOver(ctx, keys.record(""), keys.record(""))
	if err == nil {
		var more int
		more, err = r.passOver(ctx, string(keys)+largePrefix, string(keys))
		old += more
	}
	return old, err
}

// passOver is pass for the keys that begin with a prefix. A value's seal is bound to its
// key without what is to be trimmed.
func (r *resealer) passOver(ctx context.Context, prefix, trim string) (old int, err error) {
	end := clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix))
	pages := time.NewTicker(r.every)
	defer pages.Stop()
	for from := prefix; ; {
		resp, err := r.records.get(ctx, clientv3.OpGet(from, end, clientv3.WithKeysOnly(), clientv3.WithLimit(resealKeys)))
		if err != nil {
			return old, err
		}
		keys := resp.Responses[0].GetResponseRange()
		for page := range slices.Chunk(keys.Kvs, resealPage) {
			again, err := r.page(ctx, page, trim)
			if old += again; err != nil {
				return old, err
			}
			select {
			case <-pages.C:
			case <-ctx.Done():
				return old, ctx.Err()
			}
		}
		if !keys.More || len(keys.Kvs) == 0 {
			return old, nil
		}
		from = string(keys.Kvs[len(keys.Kvs)-1].Key) + "\x00"
	}
}

// page seals the values of some keys again, and returns how many had to be.
func (r *resealer) page(ctx context.Context, keys []*mvccpb.KeyValue, trim string) (old int, err error) {
	var gets []clientv3.Op
	for _, kv := range keys {
		gets = append(gets, clientv3.OpGet(string(kv.Key)))
	}
	resp, err := r.records.get(ctx, gets...)
	if err != nil {
		return 0, err
	}
	for _, got := range resp.Responses {
		for _, kv := range got.GetResponseRange().Kvs { // one, or none if it has just gone
			again, err := r.reseal(ctx, kv, strings.TrimPrefix(string(kv.Key), trim))
			if err != nil {
				return old, err
			}
			if again {
				old++
			}
		}
	}
	return old, nil
}

// reseal seals one value again, unless that is not needed, the value is damaged, or
// somebody has just written it. It reports whether the value was sealed with an older key.
func (r *resealer) reseal(ctx context.Context, kv *mvccpb.KeyValue, key string) (bool, error) {
	if _, err := unseal(r.newest, key, kv.Value); err == nil {
		return false, nil
	}
	content, err := unseal(r.records.aead, key, kv.Value)
	if err != nil {
		return false, nil //nolint:nilerr // it is no better later
	}
	put := clientv3.OpPut(string(kv.Key), string(seal(r.records.aead, key, content)))
	return true, etcdretry.Do(ctx, r.records.client, func(ctx context.Context) error {
		resp, err := r.records.client.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(string(kv.Key)), "=", kv.ModRevision)).Then(put).Commit()
		if err == nil && resp.Succeeded {
			r.records.newest.Store(resp.Header.Revision)
		}
		return err
	})
}
