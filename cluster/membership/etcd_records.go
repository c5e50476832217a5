package membership

import (
	"context"
	"encoding/json"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// etcdRecords are the transactions on members' keys.
type etcdRecords struct {
	client  *clientv3.Client
	keys    etcdKeys
	ttl     time.Duration
	writing chan struct{} // holds a token while this node's record is rewritten
}

// grant returns a new lease for a liveness key.
func (r *etcdRecords) grant(ctx context.Context) (clientv3.LeaseID, error) {
	lease, err := r.client.Grant(ctx, int64((r.ttl+time.Second-1)/time.Second))
	if err != nil {
		return 0, err
	}
	return lease.ID, nil
}

// find returns the revision at which the record of address was created, 0 if
// there is none, and whether its liveness key exists.
func (r *etcdRecords) find(ctx context.Context, address string) (created int64, alive bool, err error) {
	got, err := r.client.Txn(ctx).Then(clientv3.OpGet(r.keys.record(address)), clientv3.OpGet(r.keys.liveness(address))).Commit()
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
	got, err := r.client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(record), "=", 0)).
		Then(clientv3.OpPut(record, encodeRecord(self)), clientv3.OpPut(r.keys.liveness(self.Address), self.ID, clientv3.WithLease(lease))).
		Else(clientv3.OpGet(record)).Commit()
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
	conditions := []clientv3.Cmp{clientv3.Compare(clientv3.CreateRevision(r.keys.record(address)), "=", created)}
	if onlyExpired {
		conditions = append(conditions, clientv3.Compare(clientv3.CreateRevision(r.keys.liveness(address)), "=", 0))
	}
	done, err := r.client.Txn(ctx).If(conditions...).
		Then(clientv3.OpDelete(r.keys.record(address)), clientv3.OpDelete(r.keys.liveness(address))).Commit()
	return err == nil && done.Succeeded, err
}

// revive writes the liveness key of self again, with a new lease, and reports
// whether the record was still there.
func (r *etcdRecords) revive(ctx context.Context, address, id string, created int64, lease clientv3.LeaseID) (bool, error) {
	done, err := r.client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(r.keys.record(address)), "=", created)).
		Then(clientv3.OpPut(r.keys.liveness(address), id, clientv3.WithLease(lease))).Commit()
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
	record := clientv3.CreateRevision(r.keys.record(self.Address))
	list := clientv3.OpGet(r.keys.prefix, clientv3.WithPrefix())
	got, err := r.client.Txn(ctx).If(clientv3.Compare(record, "=", created), clientv3.Compare(record, "!=", 0)).
		Then(clientv3.OpPut(r.keys.record(self.Address), encodeRecord(self)), list).Else(list).Commit()
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
