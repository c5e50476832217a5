package cluster

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

const (
	keepaliveTime    = 10 * time.Second // without traffic, until a connection is tested
	keepaliveTimeout = 3 * time.Second  // for the answer

	listenRetryInterval = 200 * time.Millisecond
)

// A linkServer accepts the connections of other nodes.
type linkServer struct {
	conf       *Config
	receiver   *receiver
	handshakes handshakes
	life       context.Context // ends when the node leaves
	down       atomic.Bool     // it does not accept connections, although it should

	mu     sync.Mutex
	server *grpc.Server
	closed bool
}

func (s *linkServer) newServer() *grpc.Server {
	server := grpc.NewServer(
		grpc.Creds(s.handshakes),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.MaxRecvMsgSize(maxBatchBytes),
		grpc.InitialWindowSize(maxMessageBytes), grpc.InitialConnWindowSize(maxMessageBytes),
		grpc.MaxConcurrentStreams(16),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveTime / 2, PermitWithoutStream: true}),
		grpc.StreamInterceptor(s.receiver.guardStream), grpc.UnaryInterceptor(s.receiver.refuseCall),
		grpc.WaitForHandlers(true),
	)
	remote.RegisterRemotingServer(server, s.receiver)
	return server
}

// serve accepts connections until close. If a listener fails it opens another one.
func (s *linkServer) serve(listener net.Listener) {
	address := listener.Addr().String()
	for listener != nil {
		server := s.newServer()
		if !s.use(server) {
			_ = listener.Close()
			return
		}
		s.down.Store(false)
		err := server.Serve(listener)
		if s.isClosed() {
			return
		}
		s.down.Store(true)
		s.conf.Log.Error("the node link stopped listening; opening it again", "address", address, "err", err)
		server.Stop() // and all its connections
		listener = s.listenAgain(address)
	}
}

// use makes server the one that close stops, and reports false after close.
func (s *linkServer) use(server *grpc.Server) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = server
	return !s.closed
}

func (s *linkServer) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// listenAgain tries until it succeeds; it returns nil when the node leaves.
func (s *linkServer) listenAgain(address string) net.Listener {
	for sleep(s.life, listenRetryInterval) {
		listener, err := s.conf.network.listen(s.life, address)
		if err == nil {
			return listener
		}
		s.conf.Log.Warn("cannot open the node link again yet", "address", address, "err", err)
	}
	return nil
}

// close has serve return when its server ends. It goes on serving until stop.
func (s *linkServer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// stop ends the server and all its connections.
func (s *linkServer) stop() {
	s.mu.Lock()
	server := s.server
	s.mu.Unlock()
	if server != nil {
		server.Stop()
	}
}
