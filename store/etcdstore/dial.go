package etcdstore

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
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
		Logger:               zap.New(&logBridge{log: log, last: map[string]time.Time{}}),
		DialOptions: append(options, grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstReconnect, Multiplier: 1.6, Jitter: 0.2, MaxDelay: lastReconnect},
			MinConnectTimeout: dialTimeout,
		})),
	})
}

// logBridge logs the warnings of an etcd client.
type logBridge struct {
	log  *slog.Logger
	mu   sync.Mutex
	last map[string]time.Time // by message
}

const logInterval = time.Minute

// Enabled implements [zapcore.Core].
func (*logBridge) Enabled(level zapcore.Level) bool { return level >= zapcore.WarnLevel }

// With implements [zapcore.Core]. The fields name the client, of which there is one.
func (b *logBridge) With([]zapcore.Field) zapcore.Core { return b }

// Check implements [zapcore.Core].
func (b *logBridge) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !b.Enabled(entry.Level) {
		return checked
	}
	return checked.AddCore(entry, b)
}

// Write implements [zapcore.Core].
func (b *logBridge) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(values)
	}
	err, _ := values.Fields["error"].(string)
	if expected(err) || !b.first(entry) {
		return nil
	}
	b.log.Warn("etcd client warning", "warning", entry.Message, "err", err)
	return nil
}

// expected reports whether an error needs no warning: a caller has given up, or
// another process has compacted the history already.
func expected(err string) bool {
	return strings.Contains(err, "context canceled") || strings.Contains(err, "has been compacted")
}

// first reports whether a message has not been logged in the last minute.
func (b *logBridge) first(entry zapcore.Entry) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last, ok := b.last[entry.Message]; ok && entry.Time.Sub(last) < logInterval {
		return false
	}
	b.last[entry.Message] = entry.Time
	return true
}

// Sync implements [zapcore.Core].
func (*logBridge) Sync() error { return nil }
