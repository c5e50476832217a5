package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	clientv3 "go.etcd.io/etcd/client/v3"

	"example.com/pokey/actors"
	"example.com/pokey/actors/record"
	"example.com/pokey/actors/wire"
	"example.com/pokey/cluster"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/cluster/membership"
	"example.com/pokey/identity"
	"example.com/pokey/store/etcdstore"
)

// The keys and key prefixes of a cluster in etcd.
const (
	etcdNodes   = "/pokey/v1/nodes/"
	etcdRecords = "/pokey/v1/records/"
	etcdSecret  = "/pokey/v1/secret" // the fingerprint of the master secret that the nodes share
)

// member holds the parts that only a node of a cluster has. A nil *member is that
// of a single node.
type member struct {
	etcd   *clientv3.Client
	actors *actor.ActorSystem
	node   *cluster.Node

	// Of a node that needs no etcd beside it.
	inside       *etcdmember.Member
	port         *cluster.Port
	credentials  *cluster.Credentials
	stopRenewing context.CancelFunc
	renewing     sync.WaitGroup
	leave        chan struct{} // an operator wants this node to leave the cluster for good
	end          func()        // of what runs beside
}

// joinTimeout bounds how long a start waits for etcd.
const joinTimeout = 10 * time.Second

// openMember opens the node link and makes sure that this process can join the
// others: it has the cluster's secret and an address of its own. The node is not a
// member before [node.join].
func openMember(ctx context.Context, c config, log *slog.Logger, keys *identity.Keys, observe func(cluster.SecurityEvent, string, string)) (m *member, err error) {
	m = &member{actors: actors.NewActorSystem(log)}
	defer func() {
		if err != nil {
			m.close()
			m = nil
		}
	}()
	if c.founds {
		if err := c.foundAuthority(); err != nil {
			return m, exit{exitData, err}
		}
	}
	credentials, err := nodeCredentials(c, log)
	m.credentials = credentials
	if err != nil {
		return m, exit{exitConfig, err}
	}
	if err := m.reachEtcd(ctx, c, credentials, keys, log); err != nil {
		return m, err
	}
	if err := shareSecret(m.etcd, keys); err != nil {
		return m, err
	}
	m.node, err = cluster.Start(cluster.Config{
		System: m.actors, Listen: c.nodeListen, Advertise: c.nodeAdvertise, TLS: credentials, Port: m.port,
		Membership: membership.NewEtcd(membership.EtcdConfig{Client: m.etcd, Prefix: etcdNodes, OwnsAddress: m.inside != nil, Log: log}),
		Secret:     keys, Accept: actors.Accepts, ObserveSecurity: observe,
		Wire: wire.Version, Log: log,
	})
	if errors.Is(err, membership.ErrAddressTaken) {
		err = fmt.Errorf("-node-advertise: %w", err)
	}
	if err != nil {
		err = exit{exitConfig, err}
	}
	return m, err
}

// reachEtcd makes a client of etcd: of the one that the nodes are themselves, or of
// one beside them.
func (m *member) reachEtcd(ctx context.Context, c config, credentials *cluster.Credentials, keys *identity.Keys, log *slog.Logger) error {
	if len(c.nodes) > 0 {
		return m.startInside(ctx, c, credentials, keys, log)
	}
	encrypted, err := etcdCredentials(c, credentials, log)
	if err != nil {
		return exit{exitConfig, err}
	}
	if m.etcd, err = etcdstore.Dial(c.etcd, encrypted, log); err != nil {
		return exit{exitConfig, fmt.Errorf("-etcd: %w", err)}
	}
	return nil
}

// close ends the contact to etcd, and etcd itself if it runs inside.
func (m *member) close() {
	if m.stopRenewing != nil {
		m.stopRenewing()
		m.renewing.Wait()
	}
	if m.end != nil {
		m.end()
	}
	switch {
	case m.inside != nil:
		m.inside.Stop() // and its client
	case m.etcd != nil:
		_ = m.etcd.Close()
	}
	if m.port != nil {
		_ = m.port.Close()
	}
}

func nodeCredentials(c config, log *slog.Logger) (*cluster.Credentials, error) {
	if c.nodeCA == "" {
		return nil, nil
	}
	return cluster.LoadCredentials(c.nodeCA, c.nodeCert, c.nodeKey, log)
}

// etcdCredentials returns nil for an etcd without encryption. A certificate for etcd
// must not be valid for nodes, nor the other way round.
func etcdCredentials(c config, nodes *cluster.Credentials, log *slog.Logger) (*tls.Config, error) {
	if c.etcdCA == "" {
		return nil, nil
	}
	credentials, err := cluster.LoadClientCredentials(c.etcdCA, c.etcdCert, c.etcdKey, log)
	if err != nil {
		return nil, err
	}
	if nodes != nil && nodes.SharesAuthority(credentials) {
		return nil, errors.New("-etcd-tls-ca and -node-tls-ca have an authority in common: etcd and the nodes must have different ones")
	}
	return credentials.ClientConfig(), nil
}

// placement returns the cluster as the actors see it; nil for a single node.
func (m *member) placement() actors.Placement {
	if m == nil {
		return nil
	}
	return placement{m.node}
}

// system returns the actor system that the node link belongs to; nil for a single
// node.
func (m *member) system() *actor.ActorSystem {
	if m == nil {
		return nil
	}
	return m.actors
}

type placement struct{ *cluster.Node }

// View returns the newest membership.
func (p placement) View() actors.View { return p.Node.View() }

// join makes the node a member. From then on users and rooms are placed on it, and
// it accepts clients while it is not isolated from the other nodes.
func (n *node) join(ctx context.Context) error {
	if n.member == nil {
		return nil
	}
	n.member.node.OnOwnershipLost(n.system.Forget)
	n.member.node.Subscribe(func() { n.web.TurnAway(n.member.node.Isolated()) })
	if err := n.member.node.Join(ctx); err != nil {
		return fmt.Errorf("join the cluster: %w%s", err, remedyOfFull(err))
	}
	return n.prepareStore() // again: a restore that began meanwhile may not have seen this node
}

// prepareStore makes sure that this version can use what is in etcd.
func (n *node) prepareStore() error {
	s, shared := n.store.(*etcdstore.Store)
	if !shared {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	if err := s.Prepare(ctx, record.Form); err != nil {
		return exit{exitData, fmt.Errorf("-etcd: %w", err)}
	}
	return nil
}

// handOff hands users and rooms off to the other nodes, and waits up to a second
// until they are gone, so that clients reconnect after that and not meanwhile.
func (n *node) handOff(ctx context.Context) error {
	if n.member == nil {
		return nil
	}
	if err := n.member.node.Drain(ctx); err != nil {
		return err
	}
	look := time.NewTicker(handOffPoll)
	defer look.Stop()
	for range handOffTimeout / handOffPoll {
		if s := n.system.Stats(); s.Users+s.Rooms == 0 {
			break
		}
		<-look.C
	}
	return nil
}

const (
	handOffTimeout = time.Second
	handOffPoll    = 10 * time.Millisecond
)

// leave ends the membership, once nothing is left here.
func (n *node) leave(ctx context.Context) error {
	if n.member == nil {
		return nil
	}
	err := n.member.node.Leave(ctx)
	if s := n.member.stats(); err != nil && s != nil {
		// When all nodes of such a cluster stop, the last ones cannot say so any more.
		n.log.Warn("cannot say that this node has stopped: the others are gone, or will notice", "err", err)
		return nil
	}
	return err
}
