package etcdmember

import (
	"slices"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver/api/membership"
	"go.uber.org/zap"
)

// members are the members that this node knows of, by the nodes' names.
func (m *Member) members() []Info {
	e := m.running()
	if e == nil {
		return nil
	}
	var all []Info
	for _, member := range e.Cluster().Members() {
		all = append(all, Info{ID: uint64(member.ID), Node: nodeOf(member.PeerURLs), Learner: member.IsLearner, Started: len(member.ClientURLs) > 0})
	}
	return all
}

// Nodes are the names of the members, this one among them.
func (m *Member) Nodes() (names []string) {
	for _, member := range m.members() {
		names = append(names, member.Node)
	}
	return names
}

// State is what this node says of itself to others.
func (m *Member) State() State {
	s := State{Self: m.conf.Self, Blank: m.blank.Load(), First: m.conf.First, Rooms: m.conf.Rooms, Members: m.members(), Generation: m.Generation(), ID: m.ID()}
	e := m.running()
	if e == nil {
		return s
	}
	s.Founding = m.founding(s.Members)
	if e.Leader() != types.ID(0) {
		for _, member := range s.Members {
			if member.ID == uint64(e.Leader()) {
				s.Leader = member.Node
			}
		}
	}
	return s
}

// Generation is that of the cluster, see [Config].
func (m *Member) Generation() string { return *m.generation.Load() }

// ID is what etcd calls the cluster. It differs from that of any other cluster, also of
// a former one of the same nodes. It is empty while etcd does not run.
func (m *Member) ID() string {
	if e := m.running(); e != nil {
		return e.Cluster().ID().String()
	}
	return ""
}

// founding reports whether these are the members that founded the cluster: then their
// IDs follow from their names.
func (m *Member) founding(members []Info) bool {
	urls := types.URLsMap{}
	for _, member := range members {
		urls[member.Node] = types.URLs{m.conf.url(member.Node)}
	}
	founders, err := membership.NewClusterFromURLsMap(zap.NewNop(), token(m.conf.Secret, m.Generation()), urls)
	return err == nil && !slices.ContainsFunc(members, func(i Info) bool { return founders.Member(types.ID(i.ID)) == nil })
}

// Stats are figures for operators.
type Stats struct {
	Leader     bool // there is one, as far as this member knows
	Leads      bool // this member is the leader
	Term       uint64
	Members    []Info
	Bytes      int64 // of the database's file
	InUse      int64 // of these
	Quota      int64
	NoSpace    bool // the quota is exceeded, and nothing can be written
	LeaderOn   string
	HandedOver uint64 // how often this member was slow and had another one lead
}

// Stats returns the current figures.
func (m *Member) Stats() Stats {
	e := m.running()
	if e == nil {
		return Stats{Quota: m.conf.quotaBytes()}
	}
	state := m.State()
	return Stats{
		Leader: e.Leader() != types.ID(0), Leads: e.Leader() == e.MemberID(), Term: e.Term(), Members: state.Members, LeaderOn: state.Leader,
		Bytes: e.Backend().Size(), InUse: e.Backend().SizeInUse(), Quota: m.conf.quotaBytes(), NoSpace: full(e.Alarms()), HandedOver: m.handedOver.Load(),
	}
}

// full reports whether the alarm of any member keeps all from being changed.
func full(alarms []*pb.AlarmMember) bool {
	return slices.ContainsFunc(alarms, func(a *pb.AlarmMember) bool { return a.GetAlarm() == pb.AlarmType_NOSPACE })
}

// OnLook sets what operators of other nodes see when they look at this one.
func (m *Member) OnLook(page func() string) { m.page.Store(&page) }

func (m *Member) look() string {
	if page := m.page.Load(); page != nil {
		return (*page)()
	}
	return "starting\n"
}

// changeTimeout bounds how long an answer may take, of a change of the members too.
const changeTimeout = 20 * time.Second
