package cluster

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"
)

// library is Proto.Actor's cluster with this package at its two extension
// points.
type library struct {
	node    *Node
	cluster *cluster.Cluster
	started chan error // whether the link is open
}

// startLibrary starts Proto.Actor's cluster, which opens the link.
func startLibrary(n *Node, link *remote.Config) (*library, error) {
	l := &library{node: n, started: make(chan error, 1)}
	conf := cluster.Configure("pokey", provider{l}, lookup{n}, link)
	conf.GossipInterval = 24 * time.Hour // members come from the source; gossip would expel by clock
	l.cluster = cluster.New(n.conf.System, conf)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				l.started <- fmt.Errorf("cluster: open the node link: %v", reason)
			}
		}()
		l.cluster.StartMember()
	}()
	return l, <-l.started
}

// provider is the one who says who the members are.
type provider struct{ library *library }

// StartMember is called when everything but the provider has been started.
func (p provider) StartMember(*cluster.Cluster) error {
	p.library.started <- nil
	runtime.Goexit() // all that would follow is a second's sleep
	return nil
}

func (provider) StartClient(*cluster.Cluster) error { return errors.New("cluster: there are no clients") }
func (provider) Shutdown(bool) error                { return nil }

// lookup is the one who knows the actor of an identity.
type lookup struct{ node *Node }

// lookupTimeout bounds an activation request.
const lookupTimeout = 300 * time.Millisecond

// Get asks the registry of the node that owns the identity.
func (l lookup) Get(id *cluster.ClusterIdentity) *actor.PID {
	view := l.node.View()
	address, _ := view.Owner(id.Kind, id.Identity)
	if address == "" {
		return nil
	}
	request := &cluster.ActivationRequest{ClusterIdentity: id, TopologyHash: view.Version()}
	//nolint:forbidigo // the library's interface is synchronous; nothing of ours calls it
	answer, err := l.node.conf.System.Root.RequestFuture(actor.NewPID(address, id.Kind+"s"), request, lookupTimeout).Result()
	if err != nil {
		return nil
	}
	if activated, ok := answer.(*cluster.ActivationResponse); ok && !activated.Failed {
		return activated.Pid
	}
	return nil
}

func (lookup) RemovePid(*cluster.ClusterIdentity, *actor.PID) {}
func (lookup) Setup(*cluster.Cluster, []string, bool)         {}
func (lookup) Shutdown()                                      {}

// update hands a view to Proto.Actor's member list, which ends the links to who
// has left.
func (l *library) update(v *View) {
	members := make(cluster.Members, 0, len(v.Records()))
	for _, m := range v.Records() {
		host, service, err := net.SplitHostPort(m.Address)
		port, bad := strconv.ParseInt(service, 10, 32)
		if err != nil || bad != nil {
			l.node.conf.Log.Error("a member's address is unusable", "address", m.Address)
			continue
		}
		members = append(members, &cluster.Member{Id: m.ID, Host: host, Port: int32(port), Kinds: l.node.conf.Kinds})
	}
	l.cluster.MemberList.UpdateClusterTopology(members)
}
