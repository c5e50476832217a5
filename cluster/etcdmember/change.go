package etcdmember

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/membership"

	"example.com/pokey/cluster"
)

// add adds a member without a vote, unless it is one already.
func (m *Member) add(r *http.Request, asked change) (any, error) {
	if err := cluster.CheckAddress(asked.Node); err != nil {
		return nil, err
	}
	m.changing.Lock()
	defer m.changing.Unlock()
	e := m.running()
	if e == nil {
		return nil, errNotMember
	}
	if _, known := m.find(asked.Node); known {
		return nil, fmt.Errorf("%s is a member already", asked.Node)
	}
	if err := m.Ready(r.Context()); err != nil {
		return nil, err
	}
	err := m.addLearner(r.Context(), e, asked.Node)
	if err == nil {
		m.conf.Log.Info("a node may join the cluster", "node", asked.Node)
	}
	return struct{}{}, err
}

// Ready returns an error if no node can be added now. etcd adds one only while all that
// have a vote are connected, and says no more than "unhealthy cluster".
func (m *Member) Ready(ctx context.Context) error {
	answers := m.askAll(ctx)
	var silent []string
	for _, member := range m.members() {
		if _, ok := answers[member.Node]; !ok && !member.Learner {
			silent = append(silent, member.Node)
		}
	}
	if len(silent) == 0 {
		return nil
	}
	return fmt.Errorf("%s: no answer, and a node can be added only while all others answer; start what is missing or, if it is gone for good, remove it (pokey cluster remove NODE), and try again",
		strings.Join(silent, ", "))
}

// Expected reports whether a node has been added and has never started.
func (m *Member) Expected(node string) bool {
	member, known := m.find(node)
	return known && !member.Started
}

var errNotMember = errors.New("this node is not a member of a cluster now")

func (m *Member) addLearner(ctx context.Context, e *etcdserver.EtcdServer, node string) error {
	now := time.Now()
	member := membership.NewMemberAsLearner("", types.URLs{m.conf.url(node)}, "", &now)
	return persevere(ctx, func(ctx context.Context) error {
		_, err := e.AddMember(ctx, *member)
		if errors.Is(err, membership.ErrIDExists) || errors.Is(err, membership.ErrPeerURLexists) {
			return nil
		}
		return err
	})
}

// find returns what is known about a node's member.
func (m *Member) find(node string) (Info, bool) {
	for _, member := range m.members() {
		if member.Node == node {
			return member, true
		}
	}
	return Info{}, false
}

// remove removes a member. One that runs is asked to go, so that it can hand off what
// it has.
func (m *Member) remove(r *http.Request, asked change) (any, error) {
	e := m.running()
	if e == nil {
		return nil, errNotMember
	}
	member, known := m.find(asked.Node)
	switch {
	case !known:
		return nil, fmt.Errorf("%s is not a member", asked.Node)
	case len(m.members()) == 1:
		return nil, errors.New("the last node of a cluster cannot be removed; to have it serve alone, stop it and run: pokey cluster dissolve")
	case asked.Node == m.conf.Self:
		return m.leave(r, asked)
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	err := m.ask.leave(ctx, asked.Node)
	cancel()
	if err == nil {
		return struct{}{}, nil
	}
	m.changing.Lock()
	defer m.changing.Unlock()
	m.conf.Log.Info("removing a node that does not answer from the cluster", "node", asked.Node, "err", err)
	return struct{}{}, persevere(r.Context(), func(ctx context.Context) error { return expel(ctx, e, member.ID) })
}

// expel removes a member, unless that has been done already.
func expel(ctx context.Context, e *etcdserver.EtcdServer, id uint64) error {
	_, err := e.RemoveMember(ctx, id)
	if errors.Is(err, membership.ErrIDRemoved) || errors.Is(err, membership.ErrIDNotFound) {
		return nil
	}
	return err
}

// replace removes the member of a node that has lost its data, and adds another one
// for it. The node is asked whether that is so: whoever answers under its name is it.
func (m *Member) replace(r *http.Request, asked change) (any, error) {
	m.changing.Lock()
	defer m.changing.Unlock()
	e := m.running()
	if e == nil {
		return nil, errNotMember
	}
	member, known := m.find(asked.Node)
	if known && !member.Started {
		return struct{}{}, nil // done already
	}
	if !known && !m.replacing(r.Context(), asked.Node) {
		return nil, fmt.Errorf("%s is not a member", asked.Node)
	}
	s, err := m.ask.State(r.Context(), asked.Node)
	if err != nil || !s.Blank || s.Self != asked.Node {
		return nil, fmt.Errorf("%s does not confirm that it has lost its data: %w", asked.Node, err)
	}
	if known {
		m.conf.Log.Warn("a node has lost its data; another member takes the place of its old one", "node", asked.Node)
		if _, err := m.client.Put(r.Context(), replacingKey+asked.Node, ""); err != nil {
			return nil, err
		}
		if err := persevere(r.Context(), func(ctx context.Context) error { return expel(ctx, e, member.ID) }); err != nil {
			return nil, err
		}
	}
	if err := m.addLearner(r.Context(), e, asked.Node); err != nil {
		return nil, err
	}
	_, err = m.client.Delete(r.Context(), replacingKey+asked.Node)
	return struct{}{}, err
}

// replacingKey begins the keys of nodes whose member has been removed to be replaced,
// and not replaced yet.
const replacingKey = "/pokey/v1/replacing/"

func (m *Member) replacing(ctx context.Context, node string) bool {
	got, err := m.client.Get(ctx, replacingKey+node)
	return err == nil && len(got.Kvs) > 0
}

// leave has this node hand off what it has, and end.
func (m *Member) leave(_ *http.Request, asked change) (any, error) {
	if asked.Node != m.conf.Self || m.conf.Leave == nil {
		return nil, errors.New("it cannot leave")
	}
	go m.conf.Leave()
	return struct{}{}, nil
}

// persevere repeats a change of the members until it succeeds or the context ends: the
// leader may have died with the machine that is to be removed, another change may be
// in progress, or a member may have been back for too short a time. Try returns nil
// for a change that has been made already.
func persevere(ctx context.Context, try func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, askTimeout)
		err := try(attempt)
		cancel()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, membership.ErrTooManyLearners):
			return errors.New("too many nodes are joining already; wait until they have a vote")
		}
		select {
		case <-time.After(askInterval):
		case <-ctx.Done():
			return fmt.Errorf("the other nodes do not agree: %w", err)
		}
	}
}
