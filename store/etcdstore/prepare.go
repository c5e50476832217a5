package etcdstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdretry"
)

// ErrImporting means that the records are being replaced, or that this was
// interrupted: they are incomplete.
var ErrImporting = errors.New("a restore is under way, or was interrupted and must be repeated")

// Prepare makes sure that a process may use the store which reads up to this form of
// what is in the records. It marks the store with the form, so that processes which do
// not know it are refused. The error wraps [store.ErrFormat] if there may be records of
// a newer form, or [ErrImporting].
func (s *Store) Prepare(ctx context.Context, form int) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	for {
		resp, err := s.records.get(ctx, clientv3.OpGet(s.keys.form()), clientv3.OpGet(s.keys.importing()))
		if err != nil {
			return err
		}
		if len(resp.Responses[1].GetResponseRange().Kvs) > 0 {
			return ErrImporting
		}
		found, rev := firstForm, int64(0)
		if kvs := resp.Responses[0].GetResponseRange().Kvs; len(kvs) > 0 {
			rev = kvs[0].ModRevision
			if found, err = strconv.Atoi(string(kvs[0].Value)); err != nil {
				return fmt.Errorf("store: the form of the records in etcd: %w", err)
			}
		}
		switch {
		case found > form:
			return fmt.Errorf("store: etcd: %w: what is in its records has form %d, and this version reads up to %d", store.ErrFormat, found, form)
		case found == form && rev != 0:
			return nil
		}
		marked := false
		err = etcdretry.Do(ctx, s.records.client, func(ctx context.Context) error {
			put, err := s.records.client.Txn(ctx).
				If(clientv3.Compare(clientv3.ModRevision(s.keys.form()), "=", rev)).
				Then(clientv3.OpPut(s.keys.form(), strconv.Itoa(form))).
				Commit()
			marked = err == nil && put.Succeeded
			return err
		})
		if err != nil || marked {
			return err
		}
	}
}

const firstForm = 1 // of the first records, before there was a mark
