package etcdstore

import (
	"context"
	"crypto/cipher"
	"log/slog"
	"math/rand/v2"
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
	prefix := r.records.keys.record("")
	end := clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix))
	pages := time.NewTicker(r.every)
	defer pages.Stop()
	for from := prefix; ; {
		resp, err := r.records.get(ctx, clientv3.OpGet(from, end, clientv3.WithLimit(resealPage)))
		if err != nil {
			return old, err
		}
		page := resp.Responses[0].GetResponseRange()
		for _, kv := range page.Kvs {
			again, err := r.reseal(ctx, kv)
			if err != nil {
				return old, err
			}
			if again {
				old++
			}
		}
		if !page.More || len(page.Kvs) == 0 {
			return old, nil
		}
		from = string(page.Kvs[len(page.Kvs)-1].Key) + "\x00"
		select {
		case <-pages.C:
		case <-ctx.Done():
			return old, ctx.Err()
		}
	}
}

// reseal seals one value again, unless that is not needed, the value is damaged, or
// somebody has just written it. It reports whether the value was sealed with an older key.
func (r *resealer) reseal(ctx context.Context, kv *mvccpb.KeyValue) (bool, error) {
	key := strings.TrimPrefix(string(kv.Key), r.records.keys.record(""))
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
