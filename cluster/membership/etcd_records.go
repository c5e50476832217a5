package membership

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/store/etcdretry"
)

// etcdRecords are the transactions on members' keys. One that gets no clear answer is
// repeated while its context lasts: none does harm if it was carried out the first time.
type etcdRecords struct {
	client  *clientv3.Client
	keys    etcdKeys
	ttl     time.Duration
	writing chan struct{} // holds a token while this node's record is rewritten
}

// grant returns a new lease for a liveness key.
func (r *etcdRecords) grant(ctx context.Context) (clientv3.LeaseID, error) {
	var lease *clientv3.LeaseGrantResponse
	err := etcdretry.Do(ctx, r.client, func(ctx context.Context) (err error) {
		lease, err = r.client.Grant(ctx, int64((r.ttl+time.Second-1)/time.Second))
		return err
	})
	if err != nil {
		return 0, err
	}
	return lease.ID, nil
}

// revoke ends a lease, which may have ended.
func (r *etcdRecords) revoke(ctx context.Context, lease clientv3.LeaseID) error {
	err := etcdretry.Do(ctx, r.client, func(ctx context.Context) error {
		_, err := r.client.Revoke(ctx, lease)
		return err
	})
	if errors.Is(err, rpctypes.ErrLeaseNotFound) {
		return nil
	}
	return err
}

// commit makes a transaction: if all conditions hold, then those operations, or else the
// others.
func (r *etcdRecords) commit(ctx context.Context, conditions []clientv3.Cmp, then, otherwise []clientv3.Op) (got *clientv3.TxnResponse, err error) {
	err = etcdretry.Do(ctx, r.client, func(ctx context.Context) (err error) {
		got, err = r.client.Txn(ctx).If(conditions...).Then(then...).Else(otherwise...).Commit()
		return err
	})
	return got, err
}

// createdAt is the condition that a record was created at a revision; 0 if it shall not
// exist.
func (r *etcdRecords) createdAt(address string, revision int64) clientv3.Cmp {
	return clientv3.Compare(clientv3.CreateRevision(r.keys.record(address)), "=", revision)
}

// find returns the revision at which the record of address was created, 0 if
// there is none, and whether its liveness key exists.
func (r *etcdRecords) find(ctx context.Context, address string) (created int64, alive bool, err error) {
	got, err := r.commit(ctx, nil, []clientv3.Op{clientv3.OpGet(r.keys.record(address)), clientv3.OpGet(r.keys.liveness(address))}, nil)
	if err != nil {
		return 0, false, err
	}
	if record := got.Responses[0].GetResponseRange(); len(record.Kvs) > 0 {
		created = record.Kvs[0].CreateRevision
	}
	return created, len(got.Responses[1].GetResponseRange().Kvs) > 0, nil
}

// create writes both keys of self and returns the revision. If the address has a
// record already it returns that as other.
func (r *etcdRecords) create(ctx context.Context, self Member, lease clientv3.LeaseID) (created int64, other *mvccpb.KeyValue, err error) {
	record := r.keys.record(self.Address)
	got, err := r.commit(ctx, []clientv3.Cmp{r.createdAt(self.Address, 0)},
		[]clientv3.Op{clientv3.OpPut(record, encodeRecord(self)), clientv3.OpPut(r.keys.liveness(self.Address), self.ID, clientv3.WithLease(lease))},
		[]clientv3.Op{clientv3.OpGet(record)})
	switch {
	case err != nil:
		return 0, nil, err
	case !got.Succeeded:
		return 0, got.Responses[0].GetResponseRange().Kvs[0], nil
	}
	return got.Header.Revision, nil, nil
}

// remove deletes both keys of the member whose record was created at that
// revision, and reports whether it did. With onlyExpired it deletes them only if
// the liveness key is gone.
func (r *etcdRecords) remove(ctx context.Context, address string, created int64, onlyExpired bool) (bool, error) {
	conditions := []clientv3.Cmp{r.createdAt(address, created)}
	if onlyExpired {
		conditions = append(conditions, clientv3.Compare(clientv3.CreateRevision(r.keys.liveness(address)), "=", 0))
	}
	done, err := r.commit(ctx, conditions, []clientv3.Op{clientv3.OpDelete(r.keys.record(address)), clientv3.OpDelete(r.keys.liveness(address))}, nil)
	return err == nil && done.Succeeded, err
}

// revive writes the liveness key of self again, with a new lease, and reports
// whether the record was still there.
func (r *etcdRecords) revive(ctx context.Context, address, id string, created int64, lease clientv3.LeaseID) (bool, error) {
	done, err := r.commit(ctx, []clientv3.Cmp{r.createdAt(address, created)},
		[]clientv3.Op{clientv3.OpPut(r.keys.liveness(address), id, clientv3.WithLease(lease))}, nil)
	return err == nil && done.Succeeded, err
}

// rewrite writes this node's record, if it is still there, and in the same
// transaction reads all keys. One rewrite runs at a time, and each writes what own
// returns then, so that an older state never overwrites a newer one.
func (r *etcdRecords) rewrite(ctx context.Context, own func() (self Member, created int64)) (done bool, revision int64, all []*mvccpb.KeyValue, err error) {
	select {
	case r.writing <- struct{}{}:
		defer func() { <-r.writing }()
	case <-ctx.Done():
		return false, 0, nil, ctx.Err()
	}
	self, created := own()
	exists := clientv3.Compare(clientv3.CreateRevision(r.keys.record(self.Address)), "!=", 0)
	list := clientv3.OpGet(r.keys.prefix, clientv3.WithPrefix())
	got, err := r.commit(ctx, []clientv3.Cmp{r.createdAt(self.Address, created), exists},
		[]clientv3.Op{clientv3.OpPut(r.keys.record(self.Address), encodeRecord(self)), list}, []clientv3.Op{list})
	if err != nil {
		return false, 0, nil, err
	}
	return got.Succeeded, got.Header.Revision, got.Responses[len(got.Responses)-1].GetResponseRange().Kvs, nil
}

func encodeRecord(m Member) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds nothing that can fail
	}
	return string(b)
}
