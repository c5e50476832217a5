package etcdmember

import (
	"context"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"
	"go.etcd.io/raft/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// newClient returns a client of etcd within this process. What was asked of a leader
// that is no longer one gets no answer for seconds: its requests fail as soon as there
// is another leader, so that they can be repeated.
func newClient(e *etcdserver.EtcdServer) *clientv3.Client {
	c := v3client.New(e)
	kv := &promptKV{KVClient: adapter.KvServerToKvClient(v3rpc.NewQuotaKVServer(e))}
	changed := e.LeaderChangedNotify()
	kv.begin()
	go kv.follow(e, changed)
	c.KV = clientv3.NewKVFromKVClient(kv, c)
	return c
}

// promptKV fails the requests that a former leader has not answered.
type promptKV struct {
	pb.KVClient

	mu   sync.Mutex
	term context.Context // ends when there is another leader
	end  context.CancelFunc
}

func (k *promptKV) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.end != nil {
		k.end()
	}
	k.term, k.end = context.WithCancel(context.Background())
}

// follow notes each change of the leader until etcd ends. The next change is asked for
// before the term begins, so that none is missed.
func (k *promptKV) follow(e *etcdserver.EtcdServer, changed <-chan struct{}) {
	for {
		select {
		case <-changed:
			changed = e.LeaderChangedNotify()
			k.begin()
		case <-e.StopNotify():
			k.begin()
			return
		}
	}
}

// during returns a context that also ends with the leader's term.
func (k *promptKV) during(ctx context.Context) (inTerm context.Context, done func(err error) error) {
	k.mu.Lock()
	term := k.term
	k.mu.Unlock()
	inTerm, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(term, cancel)
	return inTerm, func(err error) error {
		stop()
		cancel()
		if err != nil && ctx.Err() == nil && (term.Err() != nil || dropped(err)) {
			return rpctypes.ErrGRPCLeaderChanged
		}
		return err
	}
}

// dropped reports whether a leader has refused a change because it is handing over, for
// which etcd has no code.
func dropped(err error) bool {
	return status.Convert(err).Message() == raft.ErrProposalDropped.Error()
}

// Range implements [pb.KVClient].
func (k *promptKV) Range(ctx context.Context, in *pb.RangeRequest, opts ...grpc.CallOption) (*pb.RangeResponse, error) {
	ctx, done := k.during(ctx)
	got, err := k.KVClient.Range(ctx, in, opts...)
	return got, done(err)
}

// Put implements [pb.KVClient].
func (k *promptKV) Put(ctx context.Context, in *pb.PutRequest, opts ...grpc.CallOption) (*pb.PutResponse, error) {
	ctx, done := k.during(ctx)
	got, err := k.KVClient.Put(ctx, in, opts...)
	return got, done(err)
}

// DeleteRange implements [pb.KVClient].
func (k *promptKV) DeleteRange(ctx context.Context, in *pb.DeleteRangeRequest, opts ...grpc.CallOption) (*pb.DeleteRangeResponse, error) {
	ctx, done := k.during(ctx)
	got, err := k.KVClient.DeleteRange(ctx, in, opts...)
	return got, done(err)
}

// Txn implements [pb.KVClient].
func (k *promptKV) Txn(ctx context.Context, in *pb.TxnRequest, opts ...grpc.CallOption) (*pb.TxnResponse, error) {
	ctx, done := k.during(ctx)
	got, err := k.KVClient.Txn(ctx, in, opts...)
	return got, done(err)
}
