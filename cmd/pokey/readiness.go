package main

import (
	"encoding/json"
	"net/http"
	"time"
)

// A state is what a node says of itself as a whole.
type state string

// The states. A node in one of the first three accepts clients.
const (
	stateOK       state = "ok"
	stateDegraded state = "degraded" // something acknowledged is not on disk
	stateFrozen   state = "frozen"   // the cluster's store does not answer
	stateBroken   state = "broken"   // a part has stopped and is about to be restarted
	stateIsolated state = "isolated" // too many other nodes cannot be reached
	stateFull     state = "full"     // memory is short
	stateDraining state = "draining" // the node is about to stop
)

var states = []state{stateOK, stateDegraded, stateFrozen, stateBroken, stateIsolated, stateFull, stateDraining}

// ready reports whether clients should be sent to a node in this state. A node
// short of memory keeps its clients and accepts no others. A node that cannot save
// stays ready and reports it: a meeting is worth more than its record. So does a
// node whose shared store does not answer, since clients would find the same on
// every other node.
func (s state) ready() bool {
	switch s {
	case stateOK, stateDegraded, stateFrozen:
		return true
	default:
		return false
	}
}

// state returns what the node would say now.
func (n *node) state() state {
	switch {
	case n.draining.Load():
		return stateDraining
	case !n.system.Running() || n.member != nil && !n.member.node.Linked():
		return stateBroken
	case n.member != nil && n.member.node.Isolated():
		return stateIsolated
	case n.memory.full():
		return stateFull
	}
	unsaved := n.system.Stats().Unsaved > 0
	if inside := n.member.stats(); inside != nil && !inside.Leader {
		return stateFrozen
	}
	switch {
	case unsaved && n.store.Shared():
		return stateFrozen
	case unsaved:
		return stateDegraded
	default:
		return stateOK
	}
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready    bool   `json:"ready"`
	State    state  `json:"state"`
	Durable  bool   `json:"durable"`
	Unsaved  int64  `json:"unsaved"` // users and rooms that are not on disk
	Version  string `json:"version"`
	Sessions int    `json:"connections"`
	Leader   *bool  `json:"leader,omitempty"` // of a node with etcd inside: whether it knows of a leader

	// Certificate is how the public port's certificates are: ok, expiring if
	// they should have been renewed, rejected if newer files cannot be used, missing, or empty without TLS.
	// Expires is when the first of them expires; nil if one is missing.
	Certificate string     `json:"certificate,omitempty"`
	Expires     *time.Time `json:"certificateExpires,omitempty"`
}

// readyz reports whether clients should be sent here.
func (n *node) readyz(w http.ResponseWriter, _ *http.Request) {
	unsaved, s := n.system.Stats().Unsaved, n.state()
	r := readiness{
		Ready: s.ready(), State: s, Durable: n.store.Durable() && unsaved == 0, Unsaved: unsaved,
		Version: version(), Sessions: n.web.Stats().Connections,
	}
	if inside := n.member.stats(); inside != nil {
		r.Leader = &inside.Leader
	}
	if n.certificates != nil {
		n.examineCertificates(&r)
	}
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}
