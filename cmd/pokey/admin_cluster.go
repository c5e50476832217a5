package main

import (
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/cluster/membership"
)

// clusterPage is the cluster as this node sees it, for a person with a terminal.
func (n *node) clusterPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(n.clusterText()))
}

func (n *node) clusterText() string {
	s := n.system.Stats()
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		_, _ = fmt.Fprintf(table, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	if n.member == nil {
		row("alone", "neither -cluster nor -etcd is set")
	} else {
		n.writeMembers(row)
	}
	row("", "")
	row("here", "%d connections, %d users, %d rooms", n.web.Stats().Connections, s.Users, s.Rooms)
	row("since the start", "%d activations, %d handed over, %d fenced, %d panics", s.Activations, s.Handoffs, s.Fencings, s.Crashes)
	if s.Unsaved > 0 {
		row("store", "does not answer: %d users and rooms wait", s.Unsaved)
	}
	_ = table.Flush()
	return b.String()
}

// memberState is the state of a member in a word.
func memberState(m membership.Member) string {
	switch {
	case m.Isolated:
		return "isolated"
	case m.Draining:
		return "draining"
	default:
		return "member"
	}
}

func (n *node) writeMembers(row func(name, format string, args ...any)) {
	m := n.member.node.Stats()
	row("view", "%d, %d members", m.View.Version(), len(m.View.Records()))
	for _, r := range m.View.Records() {
		state := memberState(r)
		if r.Address == m.Address {
			state += ", this node"
		}
		row(r.Address, "%s for %v, envelopes of version %d, %s", state, time.Since(r.Since).Round(time.Second), r.Wire, r.ID)
	}
	if inside := n.member.stats(); inside != nil {
		writeInside(row, *inside)
	}
	row("link", "%d broke, %d messages dropped, %d peers rejected, %d bad streams", m.LinkLosses, n.system.Stats().Dropped, m.RejectedPeers, m.BadStreams)
	row("membership", "lost %d times, isolated %d times, %d members unreachable from here", m.MembershipsLost, m.Isolations, m.Unreachable)
	if !m.Certificate.IsZero() {
		row("certificate", "expires %s, in %d days", m.Certificate.UTC().Format(time.DateOnly), int(time.Until(m.Certificate).Hours()/24))
	}
}

// writeInside is what is known about the etcd inside the nodes.
func writeInside(row func(name, format string, args ...any), s etcdmember.Stats) {
	leader := s.LeaderOn
	if !s.Leader {
		leader = "none: a majority of the nodes does not answer, so nothing can change"
	}
	row("leader", "%s, in term %d", leader, s.Term)
	for _, m := range s.Members {
		switch {
		case !m.Started:
			row(m.Node, "may join: start Pokey there")
		case m.Learner:
			row(m.Node, "joining: it has no vote until it has all rooms")
		}
	}
	full := ""
	if s.NoSpace {
		full = "; FULL: nothing can be saved until rooms have ended, or the nodes have a larger -cluster-quota"
	}
	row("rooms on disk", "%d MB, %d MB of them in use, %d MB at most%s", s.Bytes/megabyte, s.InUse/megabyte, s.Quota/megabyte, full)
}
