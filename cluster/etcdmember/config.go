package etcdmember

import (
	"cmp"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/config"
	"go.etcd.io/etcd/server/v3/features"
	"go.uber.org/zap"

	"example.com/pokey/cluster"
)

// Config describes a member. Nodes are named by the HOST:PORT at which others reach
// them.
type Config struct {
	// Dir holds the member's data and nothing else. It is made if necessary.
	Dir string
	// Self is this node.
	Self string
	// First are the nodes that found the cluster, this one among them. Once there is
	// a cluster, they are only those whom this node asks first.
	First []string
	// Former are the nodes of the cluster that this node has been in, if any. If it has
	// lost its data it founds no other one unless they have, too.
	Former []string
	// Generation tells the cluster that this node is in, or founds, from former ones of the
	// same nodes with the same secret, of which some may still have data; see
	// [NextGeneration]. Nodes that join get it from the others. Empty is the first.
	Generation string
	// Port is where other nodes reach this one. The caller closes it after Stop.
	Port *cluster.Port
	// TLS is what Port was opened with; nil for none.
	TLS *cluster.Credentials
	// Secret is known to all nodes of the cluster and to nobody else.
	Secret cluster.Secret
	// Rooms says that this node has rooms of its own to bring into a new cluster.
	Rooms bool
	// Log gets what an operator should know.
	Log *slog.Logger
	// Leave is called, in a goroutine of its own, when an operator has asked another
	// node to remove this one: the node hands off what it has, calls
	// [Member.Resign], and ends.
	Leave func()

	// Quota bounds the database of each member, in bytes: etcd refuses writes above it.
	// Zero means [DefaultQuota].
	Quota int64

	// For tests.
	tick    time.Duration                     // zero means tick
	confirm time.Duration                     // zero means slowConfirm
	slowed  func(time.Duration) time.Duration // how long a visit takes on a worse network
}

func (c *Config) quotaBytes() int64 { return cmp.Or(c.Quota, DefaultQuota) }

func (c *Config) slowConfirm() time.Duration { return cmp.Or(c.confirm, slowConfirm) }

func (c *Config) trip(took time.Duration) time.Duration {
	if c.slowed != nil {
		return c.slowed(took)
	}
	return took
}

// DefaultQuota is what a hundred thousand rooms of ten people take a quarter of. Log and
// snapshots come to that: five files of 64 MB at most, and two copies of the database for
// a moment while a member that was away for long catches up. MaxQuota is the largest that
// etcd advises: a member that starts, or catches up, reads all of it.
const (
	DefaultQuota = 2_000_000_000
	MaxQuota     = 8_000_000_000
)

const (
	// tick is how often the leader sends a sign of life. A member that hears none for
	// ten to twenty ticks seeks election. Nodes are near each other, and half of
	// etcd's default halves how long a dead leader is missed. etcd advises ten round
	// trips for an election, so this suits up to 50 ms; slower networks work as well as
	// with the default, see decision 23.
	tick          = 50 * time.Millisecond
	electionTicks = 10

	// snapshotEvery is after how many changes the log begins anew. As many again are
	// kept for members that were away for a moment. Both are in memory too, at one or
	// two kilobytes each, so they are half of etcd's default: 20 MB at most.
	snapshotEvery = 5_000
	catchUp       = 5_000

	// The nodes compact the history themselves, every 20 seconds. This does it if a
	// bug keeps them from doing so.
	compactAfter = 10 * time.Minute

	// defragmentFrom is how many megabytes of the database's file must be free for a
	// start to give them back to the file system.
	defragmentFrom = 64
)

// server returns the configuration of etcd. Initial are the members that it begins
// with if it has no data; found says that they found the cluster now.
func (c *Config) server(generation string, initial []string, found bool, log *zap.Logger) config.ServerConfig {
	every := c.tick
	if every == 0 {
		every = tick
	}
	s := config.ServerConfig{
		Name: c.Self, DataDir: c.Dir, PeerURLs: types.URLs{c.url(c.Self)}, ClientURLs: types.URLs{c.url(c.Self)},
		InitialPeerURLsMap: types.URLsMap{}, NewCluster: found,
		// Only those who know the secret can tell the ID of the cluster, which etcd
		// derives from this and its members expect of each other.
		InitialClusterToken: token(c.Secret, generation),

		TickMs: uint(every.Milliseconds()), ElectionTicks: electionTicks, InitialElectionTickAdvance: true, PreVote: true,
		SnapshotCount: snapshotEvery, SnapshotCatchUpEntries: catchUp, MaxSnapFiles: 2, MaxWALFiles: 5,
		QuotaBackendBytes: c.quotaBytes(), BootstrapDefragThresholdMegabytes: defragmentFrom,
		AutoCompactionMode: "periodic", AutoCompactionRetention: compactAfter,
		StrictReconfigCheck: true, MaxLearners: 4,

		// From here on, etcd's defaults.
		MaxTxnOps: 128, MaxRequestBytes: 1.5 * 1024 * 1024, AuthToken: "simple", BcryptCost: 10, TokenTTL: 300,
		CompactHashCheckTime: time.Minute, DowngradeCheckTime: 5 * time.Second,
		WarningApplyDuration: 100 * time.Millisecond, WarningUnaryRequestDuration: 300 * time.Millisecond,
		Metrics: "basic", V2Deprecation: config.V2DeprDefault,
		ServerFeatureGate: features.NewDefaultServerFeatureGate("pokey", log), Logger: log,
	}
	for _, node := range initial {
		s.InitialPeerURLsMap[node] = types.URLs{c.url(node)}
	}
	if c.TLS != nil {
		ca, cert, key := c.TLS.Files()
		s.PeerTLSInfo = transport.TLSInfo{TrustedCAFile: ca, CertFile: cert, KeyFile: key, ClientCertAuth: true, MinVersion: tls13, Logger: log}
	}
	return s
}

// url is where the members of etcd reach the one on a node.
func (c *Config) url(node string) url.URL {
	if c.TLS == nil {
		return url.URL{Scheme: "http", Host: node}
	}
	return url.URL{Scheme: "https", Host: node}
}

// nodeOf is the inverse of url.
func nodeOf(peerURLs []string) string {
	for _, text := range peerURLs {
		if u, err := url.Parse(text); err == nil {
			return u.Host
		}
	}
	return ""
}

func hostOf(node string) string {
	host, _, err := net.SplitHostPort(node)
	if err != nil {
		return node
	}
	return host
}

// log is the directory whose existence means that this node has data.
func (c *Config) walDir() string { return filepath.Join(c.Dir, "member", "wal") }
