package cluster

import (
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

type link struct {
	node    *Node
	library *library
}

const (
	batch         = 16
	largestLetter = 4 << 20
	largestBatch  = batch*largestLetter + 1<<20
)

func openLink(n *Node, host string, port int) (*link, error) {
	l := &link{node: n}
	n.conf.System.ProcessRegistry.RegisterAddressResolver(n.deadLetter)
	conf := remote.Configure(host, port,
		remote.WithAdvertisedHost(n.conf.Advertise),
		remote.WithEndpointWriterBatchSize(batch),
		remote.WithEndpointWriterQueueSize(1024),
		remote.WithServerOptions(
			grpc.MaxRecvMsgSize(largestBatch),
			grpc.KeepaliveParams(keepalive.ServerParameters{Time: 10 * time.Second, Timeout: 3 * time.Second}),
			grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
		),
		remote.WithDialOptions(
			grpc.WithInsecure(),
			grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: 2 * time.Second}),
			grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(largestBatch), grpc.MaxCallRecvMsgSize(largestBatch)),
			grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 3 * time.Second, PermitWithoutStream: true}),
		),
	)
	conf.MaxRetryCount = 1
	var err error
	l.library, err = startLibrary(n, conf)
	return l, err
}

func (l *link) close() {
	l.library.cluster.Gossip.Shutdown()
	for _, a := range l.node.View().Members() {
		l.node.conf.System.EventStream.Publish(&remote.EndpointTerminatedEvent{Address: a})
	}
	l.library.cluster.Remote.Shutdown(false)
}
