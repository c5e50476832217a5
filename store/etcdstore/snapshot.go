package etcdstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
	"example.com/pokey/store/etcdretry"
)

const (
	snapshotPage = 200 // keys read at once
	// holdTime is how long compaction waits for a process that died during a snapshot.
	holdTime = 30 * time.Second
)

// Snapshot implements [store.Store]. It reads etcd as it was at one revision. While
// it lasts, no store compacts etcd's history beyond that revision, so that what is
// deleted meanwhile can still be read from it.
func (s *Store) Snapshot(ctx context.Context, visit func(r store.Record, parts []store.Record) error) (damaged int, err error) {
	if err := s.check(ctx); err != nil {
		return 0, err
	}
	rev, release, err := s.hold(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	snap := &snapshot{records: s.records, rev: rev, visit: visit}
	if err := snap.findBatches(ctx); err != nil {
		return 0, err
	}
	err = snap.each(ctx, s.keys.record(""), func(kv *mvccpb.KeyValue) error {
		if err := s.check(ctx); err != nil { // also between pages
			return err
		}
		return snap.add(ctx, kv)
	})
	if err == nil {
		err = snap.pass(ctx)
	}
	return snap.damaged, err
}

// hold keeps etcd's history from now on, and returns the revision that it begins
// with. Release ends that.
func (s *Store) hold(ctx context.Context) (rev int64, release func(), err error) {
	client := s.records.client
	var lease *clientv3.LeaseGrantResponse
	err = etcdretry.Do(ctx, client, func(ctx context.Context) (err error) {
		lease, err = client.Grant(ctx, int64(holdTime/time.Second))
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	holding, stop := context.WithCancel(context.WithoutCancel(ctx))
	release = func() {
		defer stop()
		soon, cancel := context.WithTimeout(holding, etcdretry.AttemptTimeout)
		defer cancel()
		_, _ = client.Revoke(soon, lease.ID) // else it ends by itself
	}
	alive, err := client.KeepAlive(holding, lease.ID)
	if err != nil {
		release()
		return 0, nil, fmt.Errorf("store: etcd: %w", err)
	}
	go func() {
		for range alive { // the answers must be read
		}
	}()
	var put *clientv3.PutResponse
	key := s.keys.hold(rand.Text())
	err = etcdretry.Do(ctx, client, func(ctx context.Context) (err error) {
		put, err = client.Put(ctx, key, "", clientv3.WithLease(lease.ID))
		return err
	})
	if err != nil {
		release()
		return 0, nil, err
	}
	return put.Header.Revision, release, nil
}

// oldestHeld returns the oldest revision that a snapshot holds, or zero.
func oldestHeld(ctx context.Context, client *clientv3.Client, keys keyspace) (rev int64, err error) {
	resp, err := client.Get(ctx, keys.hold(""), clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByCreateRevision, clientv3.SortAscend), clientv3.WithLimit(1))
	if err != nil || len(resp.Kvs) == 0 {
		return 0, err
	}
	return resp.Kvs[0].CreateRevision, nil
}

// snapshot collects what is stored into records with their parts.
type snapshot struct {
	records *records
	rev     int64
	visit   func(store.Record, []store.Record) error

	batches []string // the keys of records that have batches
	record  store.Record
	token   token
	parts   []store.Record
	damaged int
}

// each calls do for each key that begins with prefix, with its value unless options
// say otherwise.
func (s *snapshot) each(ctx context.Context, prefix string, do func(*mvccpb.KeyValue) error, options ...clientv3.OpOption) error {
	options = append(options, clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)), clientv3.WithRev(s.rev), clientv3.WithLimit(snapshotPage))
	for from := prefix; ; {
		var page *clientv3.GetResponse
		err := etcdretry.Do(ctx, s.records.client, func(ctx context.Context) (err error) {
			page, err = s.records.client.Get(ctx, from, options...)
			return err
		})
		if err != nil {
			return err
		}
		for _, kv := range page.Kvs {
			if err := do(kv); err != nil {
				return err
			}
		}
		if !page.More || len(page.Kvs) == 0 {
			return nil
		}
		from = string(page.Kvs[len(page.Kvs)-1].Key) + "\x00"
	}
}

// findBatches finds the records that have batches: of commits that take several
// transactions and are under way, or were interrupted.
func (s *snapshot) findBatches(ctx context.Context) error {
	prefix := string(s.records.keys) + largePrefix
	return s.each(ctx, prefix, func(kv *mvccpb.KeyValue) error {
		key := store.RecordKey(store.RecordKey(strings.TrimPrefix(string(kv.Key), prefix))) // behind it are a token and a number
		if len(s.batches) == 0 || s.batches[len(s.batches)-1] != key {
			s.batches = append(s.batches, key)
		}
		return nil
	}, clientv3.WithKeysOnly())
}

// add adds a record or a part. The parts of a record follow it.
func (s *snapshot) add(ctx context.Context, kv *mvccpb.KeyValue) error {
	key := strings.TrimPrefix(string(kv.Key), s.records.keys.record(""))
	r, t, err := s.records.open(key, kv)
	switch {
	case errors.Is(err, store.ErrFormat):
		return err
	case err != nil:
		s.damaged++
		return nil //nolint:nilerr // it is counted
	case !store.IsPart(key):
		err = s.pass(ctx)
		s.record, s.token, s.parts = r, t, nil
	case store.RecordKey(key) == s.record.Key:
		s.parts = append(s.parts, store.Record{Key: key, Data: r.Data})
	default:
		s.damaged++ // its record is
	}
	return err
}

// pass passes the last record on, with the parts that its batches change.
func (s *snapshot) pass(ctx context.Context) error {
	if s.record.Key == "" {
		return nil
	}
	if _, found := slices.BinarySearch(s.batches, s.record.Key); found {
		var batches []*mvccpb.KeyValue
		err := s.each(ctx, s.records.keys.batches(s.record.Key), func(kv *mvccpb.KeyValue) error {
			batches = append(batches, kv)
			return nil
		})
		if err != nil {
			return err
		}
		s.parts = s.records.overlay(s.parts, batches, s.token)
	}
	return s.visit(s.record, s.parts)
}
