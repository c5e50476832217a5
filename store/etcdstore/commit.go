package etcdstore

import (
	"context"
	"errors"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store"
)

// Commit implements [store.Store]. The error wraps [store.ErrFormat], and nothing is
// written, if a newer version has written the record.
//
// A record that was damaged after its revision was loaded is replaced: etcd knows the
// revision of a value that cannot be read.
func (s *Store) Commit(ctx context.Context, r store.Record, parts ...store.Record) (store.Revision, error) {
	if err := store.CheckKeys(r, parts); err != nil {
		return 0, err
	}
	if err := s.check(ctx); err != nil {
		return 0, err
	}
	own := tokenOf(s.process, r, parts)
	for expected := int64(r.Revision); ; {
		found, rev, err := s.tryCommit(ctx, r, expected, parts, own)
		switch {
		case err != nil:
			return 0, err
		case rev != 0:
			return store.Revision(rev), nil
		case found == nil && r.Revision != 0:
			return 0, store.ErrConflict
		case found == nil:
			expected = 0 // a damaged record has been deleted meanwhile
			continue
		case found.ModRevision == expected: // batches of another commit are there, or own ones are not
			if err := s.records.apply(ctx, r.Key, expected, token{}); err != nil {
				return 0, err
			}
			continue
		}
		_, theirs, err := s.records.open(r.Key, found)
		switch {
		case err == nil && theirs == own: // an earlier attempt succeeded
			s.records.newest.Store(found.ModRevision)
			if s.records.split(r, parts, own) == nil {
				return store.Revision(found.ModRevision), nil // and there were no batches then
			}
			return store.Revision(found.ModRevision), s.records.apply(ctx, r.Key, found.ModRevision, token{})
		case err == nil:
			return 0, store.ErrConflict
		case r.Revision != 0 || !errors.Is(err, store.ErrCorrupt):
			return 0, err
		}
		expected = found.ModRevision // it is damaged, and counts as none
	}
}

// tryCommit commits a record and its parts if the record's revision is the expected
// one, and returns what swap does. The old parts of a record that is created go
// first, because one etcd transaction must not change a key twice.
func (s *Store) tryCommit(ctx context.Context, r store.Record, expected int64, parts []store.Record, t token) (found *mvccpb.KeyValue, rev int64, err error) {
	created := r.Revision == 0
	if created && len(parts) > 0 {
		if found, rev, err = s.records.swap(ctx, r.Key, expected, nil, s.records.removeParts(r.Key)); err != nil || rev == 0 {
			return found, rev, err
		}
	}
	ops := s.records.put(r, t)
	batches := s.records.split(r, parts, t)
	switch {
	case batches != nil:
		return s.tryLarge(ctx, r, expected, batches, t)
	case created && len(parts) == 0:
		return s.records.swap(ctx, r.Key, expected, nil, append(s.records.removeParts(r.Key), ops...))
	}
	none := clientv3.Compare(clientv3.CreateRevision(s.keys.batches(r.Key)).WithPrefix(), "=", 0)
	return s.records.swap(ctx, r.Key, expected, []clientv3.Cmp{none}, append(s.records.putParts(parts, t), ops...))
}

// tryLarge is tryCommit for a commit that takes several transactions.
func (s *Store) tryLarge(ctx context.Context, r store.Record, expected int64, batches []batch, t token) (found *mvccpb.KeyValue, rev int64, err error) {
	if r.Revision != 0 {
		if err := s.records.apply(ctx, r.Key, expected, t); err != nil {
			return nil, 0, err
		}
	}
	complete, err := s.records.stage(ctx, r.Key, expected, batches, t)
	if err != nil {
		return nil, 0, err
	}
	if found, rev, err = s.records.swap(ctx, r.Key, expected, complete, s.records.put(r, t)); err != nil || rev == 0 {
		return found, rev, err
	}
	return nil, rev, s.records.apply(ctx, r.Key, rev, token{})
}

// Delete implements [store.Store]. If the deletion gets no clear answer, and somebody
// creates the record before it is repeated, Delete returns [store.ErrConflict].
func (s *Store) Delete(ctx context.Context, key string, rev store.Revision) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	ops := append(s.records.removeParts(key), clientv3.OpDelete(s.keys.record(key)), clientv3.OpDelete(s.keys.expiry(key)))
	for expected := int64(rev); ; {
		found, done, err := s.records.swap(ctx, key, expected, nil, ops)
		switch {
		case err != nil:
			return err
		case done != 0:
			return nil
		case found == nil:
			expected = 0 // its parts may still be there
			continue
		}
		_, _, err = s.records.open(key, found)
		switch {
		case err == nil:
			return store.ErrConflict
		case rev != 0 || !errors.Is(err, store.ErrCorrupt):
			return err
		}
		expected = found.ModRevision
	}
}
