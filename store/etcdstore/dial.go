package etcdstore

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"log/slog"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"example.com/pokey/zaplog"
)

const (
	maxMessage = 16 << 20 // bytes; etcd has a lower limit, and returns an error above it

	// A connection that does not answer a ping in time is closed. etcd allows one ping
	// in 5 s, and gRPC one in 10 s.
	pingAfter   = 10 * time.Second
	pingTimeout = 3 * time.Second

	// A member that has restarted is found soon.
	firstReconnect = 100 * time.Millisecond
	lastReconnect  = 2 * time.Second
	dialTimeout    = 3 * time.Second
)

// Dial returns a client that connects, and connects again, to any of the
// endpoints: HOST:PORT, or URLs. It does not wait for a connection. Config is nil
// for a connection in plaintext. Log receives each kind of warning once a minute at
// most; nil discards them.
func Dial(endpoints []string, config *tls.Config, log *slog.Logger) (*clientv3.Client, error) {
	return dialWith(endpoints, config, log)
}

func dialWith(endpoints []string, config *tls.Config, log *slog.Logger, options ...grpc.DialOption) (*clientv3.Client, error) {
	log = cmp.Or(log, slog.New(slog.DiscardHandler))
	return clientv3.New(clientv3.Config{
		Endpoints:            endpoints,
		TLS:                  config,
		DialTimeout:          dialTimeout,
		DialKeepAliveTime:    pingAfter,
		DialKeepAliveTimeout: pingTimeout,
		MaxCallSendMsgSize:   maxMessage,
		Logger:               newLog(log),
		DialOptions: append(options, grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstReconnect, Multiplier: 1.6, Jitter: 0.2, MaxDelay: lastReconnect},
			MinConnectTimeout: dialTimeout,
		})),
	})
}

// newLog returns the log of an etcd client, of which warnings are passed on.
func newLog(log *slog.Logger) *zap.Logger {
	var warnings zaplog.Limiter
	return zaplog.New(zapcore.WarnLevel.Enabled, func(entry zapcore.Entry, fields []zapcore.Field) {
		attrs := zaplog.Attrs(fields, "error")
		if expected(attrs) || !warnings.Allow(entry) {
			return
		}
		log.Warn("etcd client warning", append([]any{"warning", entry.Message}, attrs...)...)
	})
}

// expected reports whether an error needs no warning: a caller has given up, or
// another process has compacted the history already.
func expected(attrs []any) bool {
	err := fmt.Sprint(attrs...)
	return strings.Contains(err, "context canceled") || strings.Contains(err, "has been compacted")
}
