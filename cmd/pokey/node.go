package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/actors/record"
	"example.com/pokey/certificate"
	"example.com/pokey/cluster"
	"example.com/pokey/docs"
	"example.com/pokey/identity"
	"example.com/pokey/operator"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/static"
	"example.com/pokey/store"
	"example.com/pokey/store/boltstore"
	"example.com/pokey/store/etcdstore"
	"example.com/pokey/transport"
)

// node holds the parts of a running server.
type node struct {
	log      *slog.Logger
	settings config
	started  time.Time
	member   *member // nil for a node alone
	store    store.Store
	system   *actors.System
	web      *transport.Server
	watcher  atomic.Pointer[transport.Server] // web, once it exists; for the node link, which starts earlier
	metrics  *metrics
	tracing  *tracing // nil unless there is a collector
	history  *operator.History
	memory   *memory
	keys     *identity.Keys
	draining atomic.Bool

	certificates certificate.Source // of the public port; nil without TLS

	backingUp atomic.Bool // one at a time
}

// refill is the time in seconds after which an address may again open as many
// connections at once as it may have. An office behind one address reconnects all
// at once after an outage, but not all day long.
const refill = 10

// roomRefill is the same for new rooms, also in seconds: an office creates a room
// for each of its teams and then plays in them.
const roomRefill = 600

// assemble builds a node from the inside out. It does not listen on the public and
// the operator's port yet.
func assemble(ctx context.Context, c config, log *slog.Logger) (*node, error) {
	n := &node{log: log, settings: c, started: time.Now(), metrics: newMetrics(), memory: limitMemory(log)}
	if !c.given["max-connections"] && c.maxConnections < maxConnections {
		log.Warn("fewer connections than usual: the process may not open enough files", "setting", "-max-connections", "connections", c.maxConnections, "files", c.files)
	}
	keys, err := n.open(ctx, c)
	if err != nil {
		return nil, err
	}
	n.keys = keys
	limits := protocol.Limits{
		MessageBytes: protocol.MaxMessage, MessageRate: c.messageRate, MessageBurst: c.messageBurst,
		NameLength: poker.NameLength, TopicLength: poker.TopicLength, CommentLength: poker.CommentLength,
		NameBytes: poker.NameBytes, TopicBytes: poker.TopicBytes, CommentBytes: poker.CommentBytes,
		RoomsPerUser: c.maxRooms, MembersPerRoom: c.maxMembers,
		KeyLength: poker.KeyLength, URLBytes: poker.URLBytes, Topics: poker.TopicsLength, TopicsBytes: poker.TopicsBytes, AheadBytes: poker.AheadBytes, History: poker.HistoryLength,
		UserExpiry: int(c.userExpiry / time.Second),
	}
	if c.traces {
		if n.tracing, err = startTracing(context.Background(), c.nodeAdvertise, log); err != nil {
			n.close()
			return nil, exit{exitConfig, err}
		}
	}
	n.system = actors.Start(actors.Config{
		Keys: keys, Store: n.store, Log: log, Version: version(), Limits: limits,
		Actors: n.member.system(), Placement: n.member.placement(),
		UserExpiry: c.userExpiry, SessionLife: c.sessionLife, ObserveCommit: n.metrics.observeCommit,
		ObserveSecurity: n.observeSecurity, Tracer: n.tracing.tracer(),
	})
	if n.certificates, err = openCertificates(c, n.store, keys, log); err != nil {
		n.close()
		return nil, err
	}
	n.web, err = transport.New(n.transportConfig(c, keys))
	if err != nil {
		n.close()
		return nil, exit{exitConfig, err}
	}
	n.watcher.Store(n.web)
	n.metrics.watch(n)
	n.member.onLook(n.clusterText)
	n.history = operator.NewHistory(n.status)
	return n, nil
}

// transportConfig returns the configuration of the public port.
func (n *node) transportConfig(c config, keys *identity.Keys) transport.Config {
	var encryption *tls.Config
	if n.certificates != nil {
		encryption = n.certificates.Config()
	}
	return transport.Config{
		TLS:  encryption,
		Keys: keys, Log: n.log, Static: static.Files, Docs: docs.Files, Version: version(),
		Connect: func(user poker.UserID, conn *transport.Conn) transport.Session {
			return n.system.Connect(user, conn.Issued(), conn.Origin(), conn)
		},
		CheckSession: func(ctx context.Context, user poker.UserID, issued time.Time) (transport.Standing, error) {
			standing, err := n.system.CheckSession(ctx, user, issued)
			if errors.Is(err, actors.ErrBusy) {
				err = transport.ErrBusy
			}
			return transport.Standing(standing), err
		},
		SignOut: func(ctx context.Context, user poker.UserID, issued time.Time) error {
			err := n.system.SignOut(ctx, user, issued)
			if errors.Is(err, actors.ErrRevoked) {
				return transport.ErrRevoked
			}
			return err
		},
		ResolveCode:   n.system.ResolveCode,
		SessionLife:   c.sessionLife,
		PublicOrigins: c.publicOrigins, TrustedProxies: c.trustedProxies,
		BasePath: c.basePath, RequireOrigin: c.requireOrigin, EmbedOrigins: c.embedOrigins, OtherServers: n.member != nil,
		MessageRate: c.messageRate, MessageBurst: c.messageBurst,
		HandshakeRate: float64(c.maxPerIP) / refill, HandshakeBurst: c.maxPerIP,
		MintRate: float64(c.maxPerIP) / refill, MintBurst: 2 * c.maxPerIP,
		RoomRate: float64(c.maxNewRooms) / roomRefill, RoomBurst: c.maxNewRooms,
		Sockets: c.sockets(), MaxQueued: n.memory.queue(),
		MaxConnections: c.maxConnections, MaxConnectionsPerIP: c.maxPerIP, MaxConnectionsPerSession: c.maxPerSession,
		HideAddresses: !c.logAddresses,
		Full:          n.memory.full, Observe: n.metrics.observeDelivery,
	}
}

// observeSecurity counts and logs a security event of a room with those of the
// transport. Such an event is an owner's legitimate act, so it carries no address.
func (n *node) observeSecurity(event actors.SecurityEvent) {
	n.web.ObserveSecurity(map[actors.SecurityEvent]transport.SecurityEvent{
		actors.MemberRemoved: transport.MemberRemoved, actors.RoomLocked: transport.RoomLocked, actors.RoomClosed: transport.RoomClosed,
	}[event], netip.Addr{})
}

// observeNodes returns the function that counts and logs security events of the
// node link. The link is open before the transport exists; until then, only the
// link's own counters have its events. A node's address may be a host name.
func (n *node) observeNodes(withAddresses bool) func(cluster.SecurityEvent, string, string) {
	return func(event cluster.SecurityEvent, address, reason string) {
		web := n.watcher.Load()
		if web == nil {
			return
		}
		about := []string{"reason", reason}
		from, err := netip.ParseAddrPort(address)
		if err != nil && withAddresses {
			about = append(about, "node", address)
		}
		web.ObserveSecurity(map[cluster.SecurityEvent]transport.SecurityEvent{
			cluster.NodeRefused: transport.NodeRefused, cluster.NodeStreamEnded: transport.NodeStreamEnded,
			cluster.NodeWithoutSecret: transport.NodeWithoutSecret,
		}[event], from.Addr().Unmap(), about...)
	}
}

// open opens the store and the keys. A data directory is opened first, since the
// secret may be kept in it. In a cluster the keys come first: the store is opened
// only if this node has the cluster's secret.
func (n *node) open(ctx context.Context, c config) (*identity.Keys, error) {
	if len(c.etcd)+len(c.nodes) > 0 {
		keys, err := openKeys(c, n.log)
		if err != nil {
			return nil, err
		}
		if n.member, err = openMember(ctx, c, n.log, keys, n.observeNodes(c.logAddresses)); err != nil {
			return nil, err
		}
		n.store, err = etcdstore.Open(etcdstore.Config{Client: n.member.etcd, Prefix: etcdRecords, Seal: keys.Records(), Log: n.log})
		if err != nil {
			return nil, err
		}
		err = n.prepareStore()
		if err == nil {
			err = n.member.letJoin(ctx, c, keys, n.store, n.observeNodes(c.logAddresses), n.log)
		}
		if err != nil {
			n.close()
			return nil, err
		}
		return keys, nil
	}
	var err error
	if n.store, err = openStore(c, n.log, n.metrics); err != nil {
		return nil, err
	}
	keys, err := openKeys(c, n.log)
	if err != nil {
		return nil, errors.Join(err, n.store.Close())
	}
	return keys, nil
}

// close closes what assemble opened and stop does not close.
func (n *node) close() {
	if n.certificates != nil {
		n.certificates.Close()
	}
	n.tracing.stop(n.log)
	err := n.store.Close()
	if err != nil {
		n.log.Error("cannot close the store", "err", err)
	}
	if n.member != nil {
		n.member.close()
	}
}

func openStore(c config, log *slog.Logger, m *metrics) (store.Store, error) {
	if c.data == inMemory {
		log.Warn("rooms are kept in memory only: a restart loses them", "setting", "-data")
		return store.NewMemory(), nil
	}
	s, err := boltstore.Open(boltstore.Config{Dir: c.data, Form: record.Form, Log: log, Observe: m.observeBatch})
	if err != nil {
		return nil, exit{exitData, fmt.Errorf("-data: %w%s", err, remedy(err))}
	}
	warnOfFiles(c.data, log)
	return s, nil
}

// openKeys reads or makes the master secret. Without a file to keep it in, the
// secret lives as long as the process, and so do sessions and links.
func openKeys(c config, log *slog.Logger) (*identity.Keys, error) {
	if c.secretFile == "" {
		log.Warn("the secret is kept in memory only: a restart ends all sessions and links", "setting", "-secret-file")
		master := make([]byte, 32)
		_, _ = rand.Read(master) // it never fails
		return identity.New(master)
	}
	keys, err := identity.Open(c.secretFile, len(c.etcd) == 0 && len(c.nodes) <= 1)
	if err != nil {
		return nil, exit{exitConfig, err}
	}
	log.Info("secret in use", "fingerprint", keys.Fingerprint())
	return keys, nil
}
