package etcdmember

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// await asks the other nodes until a node without data knows what to do.
func (m *Member) await(ctx context.Context) (plan, error) {
	var told string
	var when time.Time
	for {
		p := decide(m.conf.Self, m.conf.First, m.conf.Former, m.askAll(ctx))
		switch p.act {
		case found, join:
			return p, ctx.Err()
		case wait:
		case replace:
			call, cancel := context.WithTimeout(ctx, 5*askTimeout)
			err := m.ask.replace(call, p.ask, m.conf.Self)
			cancel()
			if err == nil {
				continue
			}
		}
		if p.why != told || time.Since(when) > tellAgain {
			m.conf.Log.Warn("not in the cluster yet", "node", m.conf.Self, "reason", p.why)
			told, when = p.why, time.Now()
		}
		select {
		case <-time.After(askInterval):
		case <-ctx.Done():
			return plan{}, ctx.Err()
		}
	}
}

// askAll asks all other nodes that this one knows of. The result has those that have
// answered, and this node.
func (m *Member) askAll(ctx context.Context) map[string]State {
	answers := map[string]State{m.conf.Self: m.State()}
	nodes := map[string]bool{}
	for _, node := range slices.Concat(m.Nodes(), m.conf.First, m.conf.Former) {
		nodes[node] = node != m.conf.Self
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, node := range slices.Sorted(maps.Keys(nodes)) {
		if !nodes[node] {
			continue
		}
		asking.Go(func() {
			call, cancel := context.WithTimeout(ctx, askTimeout)
			defer cancel()
			s, err := m.ask.State(call, node)
			if err != nil {
				m.conf.Log.Debug("another node does not answer", "node", node, "err", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers[node] = s
		})
	}
	asking.Wait()
	return answers
}

// WithRooms returns the members of a new cluster that have rooms of their own, or do
// not say.
func (m *Member) WithRooms(ctx context.Context) (nodes []string) {
	answers := m.askAll(ctx)
	for _, node := range m.Nodes() {
		if s, ok := answers[node]; !ok || s.Rooms {
			nodes = append(nodes, node)
		}
	}
	return nodes
}
