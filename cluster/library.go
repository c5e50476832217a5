package cluster

import (
	"errors"
	"strconv"
	"strings"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"

	"example.com/pokey/cluster/membership"
)

// library is Proto.Actor's cluster with this package at its two extension
// points. It knows the members; it sends nothing by itself.
type library struct {
	node    *Node
	cluster *cluster.Cluster
}

// startLibrary does what cluster.Cluster.StartMember does, but for what harms:
// remote.Remote.Start, whose place the link takes and which sets gRPC's global
// logger while others use it and panics if the port is taken; gossip, which
// expels members by the clock; publish-subscribe; and a second's sleep.
func startLibrary(n *Node) *library {
	l := &library{node: n}
	conf := cluster.Configure("pokey", provider{l}, lookup{}, remote.Configure("", 0))
	l.cluster = cluster.New(n.conf.System, conf)
	l.cluster.Remote = remote.NewRemote(n.conf.System, conf.RemoteConfig) // for its block list
	l.cluster.IdentityLookup = conf.IdentityLookup
	l.cluster.IdentityLookup.Setup(l.cluster, n.conf.Kinds, false)
	_ = conf.ClusterProvider.StartMember(l.cluster) // ours, which cannot fail
	return l
}

// update hands a view to Proto.Actor's member list. Who leaves it is blocked by
// ID for ever, which does not matter since no ID returns.
func (l *library) update(v *membership.View) {
	members := make(cluster.Members, 0, len(v.Records()))
	for _, m := range v.Records() {
		colon := strings.LastIndexByte(m.Address, ':') // the library joins host and port without looking
		port, err := strconv.ParseInt(m.Address[colon+1:], 10, 32)
		if err != nil || colon < 0 {
			l.node.conf.Log.Error("a member's address is unusable", "address", m.Address)
			continue
		}
		members = append(members, &cluster.Member{Id: m.ID, Host: m.Address[:colon], Port: int32(port), Kinds: l.node.conf.Kinds})
	}
	l.cluster.MemberList.UpdateClusterTopology(members)
}

// provider is who says who the members are: update does, when the source knows.
type provider struct{ library *library }

func (p provider) StartMember(*cluster.Cluster) error {
	p.library.update(p.library.node.View())
	return nil
}

func (provider) StartClient(*cluster.Cluster) error {
	return errors.New("cluster: a node is always a member")
}

func (provider) Shutdown(bool) error { return nil }

// lookup finds no actor: Pokey tells the registry on the node that owns an
// identity, and never asks Proto.Actor's cluster for a process.
type lookup struct{}

func (lookup) Get(*cluster.ClusterIdentity) *actor.PID        { return nil }
func (lookup) RemovePid(*cluster.ClusterIdentity, *actor.PID) {}
func (lookup) Setup(*cluster.Cluster, []string, bool)         {}
func (lookup) Shutdown()                                      {}
