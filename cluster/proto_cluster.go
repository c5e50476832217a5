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

// protoCluster is Proto.Actor's cluster, with this package at its two extension
// points. It knows the members and sends nothing by itself.
type protoCluster struct {
	conf    *Config
	cluster *cluster.Cluster
}

// startProtoCluster does what cluster.Cluster.StartMember does, without its harmful
// parts: remote.Remote.Start, whose place the link takes, and which sets gRPC's
// global logger while others use it and panics if the port is taken; gossip, which
// removes members by the clock; publish-subscribe; and a sleep of a second.
func startProtoCluster(c *Config) *protoCluster {
	p := &protoCluster{conf: c}
	conf := cluster.Configure("pokey", provider{}, lookup{}, remote.Configure("", 0))
	p.cluster = cluster.New(c.System, conf)
	p.cluster.Remote = remote.NewRemote(c.System, conf.RemoteConfig) // for its block list
	p.cluster.IdentityLookup = conf.IdentityLookup
	p.cluster.IdentityLookup.Setup(p.cluster, c.Kinds, false)
	p.update(nil)
	return p
}

// update passes a view to Proto.Actor's member list. That blocks the IDs of members
// that have left for ever, which does no harm, because no ID returns.
func (p *protoCluster) update(v *membership.View) {
	members := make(cluster.Members, 0, len(v.Records()))
	for _, m := range v.Records() {
		colon := strings.LastIndexByte(m.Address, ':') // Proto.Actor joins host and port with a colon only
		port, err := strconv.ParseInt(m.Address[colon+1:], 10, 32)
		if err != nil || colon < 0 {
			p.conf.Log.Error("a member's address is invalid", "address", m.Address)
			continue
		}
		members = append(members, &cluster.Member{Id: m.ID, Host: m.Address[:colon], Port: int32(port), Kinds: p.conf.Kinds})
	}
	p.cluster.MemberList.UpdateClusterTopology(members)
}

// provider would tell Proto.Actor who the members are; protoCluster.update does it
// instead.
type provider struct{}

func (provider) StartMember(*cluster.Cluster) error { return nil }

func (provider) StartClient(*cluster.Cluster) error {
	return errors.New("cluster: a node is always a member")
}

func (provider) Shutdown(bool) error { return nil }

// lookup finds no actor. Pokey sends to the registry on the node that owns an
// identity, and never asks Proto.Actor's cluster for a process.
type lookup struct{}

func (lookup) Get(*cluster.ClusterIdentity) *actor.PID        { return nil }
func (lookup) RemovePid(*cluster.ClusterIdentity, *actor.PID) {}
func (lookup) Setup(*cluster.Cluster, []string, bool)         {}
func (lookup) Shutdown()                                      {}
