package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/pokey/cluster"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
)

// startInside starts the member of etcd inside this node, and returns when it takes
// part in a cluster.
func (m *member) startInside(ctx context.Context, c config, credentials *cluster.Credentials, keys *identity.Keys, log *slog.Logger) (err error) {
	if m.port, err = cluster.OpenPort(c.nodeListen, credentials, log); err != nil {
		return exit{exitConfig, explainListen(err)}
	}
	former, err := c.readNodes()
	if err != nil {
		return exit{exitData, err}
	}
	m.leave = make(chan struct{}, 1)
	m.inside, err = etcdmember.Start(ctx, etcdmember.Config{
		Dir: filepath.Join(c.data, memberDir), Self: c.nodeAdvertise, First: c.nodes,
		Port: m.port, TLS: credentials, Secret: keys, Log: log, Leave: m.askedToLeave, Former: former.Cluster, Rooms: c.hasRooms(),
		Generation: former.Generation, Quota: int64(c.quota),
	})
	if errors.Is(err, etcdmember.ErrSuperseded) {
		err = c.superseded(err)
	}
	if err != nil {
		return exit{exitData, err}
	}
	m.etcd = m.inside.Client()
	log.Info("in the cluster", "node", c.nodeAdvertise, "nodes", len(m.inside.Stats().Members))
	if err := m.bringRooms(ctx, c, keys, log); err != nil {
		return exit{exitData, err}
	}
	var life context.Context
	life, m.end = context.WithCancel(context.Background())
	m.writeNodes(c, log) // before this node serves: commands on this machine read it
	go m.keepNodes(life, c, log)
	return nil
}

// keepNodes keeps the file that says what the cluster is current.
func (m *member) keepNodes(ctx context.Context, c config, log *slog.Logger) {
	look := time.NewTicker(keepInterval)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			m.writeNodes(c, log)
		case <-ctx.Done():
			return
		}
	}
}

func (m *member) writeNodes(c config, log *slog.Logger) {
	nodes := m.inside.Nodes()
	if len(nodes) == 0 {
		return
	}
	slices.Sort(nodes)
	now := c.record(nodes)
	now.Generation = m.inside.Generation()
	if err := c.writeNodes(now); err != nil {
		log.Warn("cannot write down which nodes the cluster has", "err", err)
	}
}

const keepInterval = 5 * time.Second

// askedToLeave notes that an operator wants this node to leave the cluster.
func (m *member) askedToLeave() {
	select {
	case m.leave <- struct{}{}:
	default: // it is leaving
	}
}

// failure returns a channel that gets an error if the member of etcd inside this node
// ends by itself.
func (m *member) failure() <-chan error {
	if m == nil || m.inside == nil {
		return nil
	}
	failure := make(chan error, 1)
	go func() {
		<-m.inside.Failed()
		failure <- m.inside.Err()
	}()
	return failure
}

// leaving returns a channel that gets something if this node shall leave the cluster.
func (m *member) leaving() <-chan struct{} {
	if m == nil {
		return nil
	}
	return m.leave
}

// resignTimeout bounds how long the other nodes may take to agree that this one leaves:
// they must have been connected to each other for five seconds.
const resignTimeout = 30 * time.Second

// resign ends this node's part in the cluster for good.
func (m *member) resign(c config, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), resignTimeout)
	defer cancel()
	m.end()
	if err := errors.Join(m.inside.Resign(ctx), c.forgetNodes()); err != nil {
		return err
	}
	log.Info("this node has left the cluster; its copy of the rooms is deleted", "node", c.nodeAdvertise)
	return nil
}

// onLook sets what operators see who ask this node.
func (m *member) onLook(page func() string) {
	if m != nil && m.inside != nil {
		m.inside.OnLook(page)
	}
}

// stats returns the figures of the member of etcd inside this node; nil without one.
func (m *member) stats() *etcdmember.Stats {
	if m == nil || m.inside == nil {
		return nil
	}
	s := m.inside.Stats()
	return &s
}

// gatherer returns everything that is measured.
func (n *node) gatherer() prometheus.Gatherer {
	if n.member.stats() == nil {
		return n.metrics.registry
	}
	return prometheus.Gatherers{n.metrics.registry, insideMetrics()}
}
