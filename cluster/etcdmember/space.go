package etcdmember

import (
	"context"
	"errors"
	"slices"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver"
)

// When the database of any member exceeds its quota, etcd accepts no change that needs
// space until that member's alarm is taken back. What needs none goes on: rooms are read,
// those that end are deleted, and the history is compacted. But etcd never takes an alarm
// back, and what counts is the file, which stays as large as it has been.

const (
	spaceInterval = 3 * time.Second
	spaceRetry    = 30 * time.Second // to rewrite gigabytes takes a while
	shrinkTurn    = time.Minute      // in which one member may shrink its file
)

// keepSpace keeps this member's database below its quota as long as that is possible by
// giving free space back, until etcd ends.
func (m *Member) keepSpace(e *etcdserver.EtcdServer) {
	look := time.NewTicker(spaceInterval)
	defer look.Stop()
	var tried, shrunk time.Time
	for {
		switch alarms := spaceAlarms(e); {
		case len(alarms) > 0 && time.Since(tried) >= spaceRetry:
			tried = time.Now()
			if err := m.makeSpace(e, alarms); err != nil {
				m.conf.Log.Error("the database of the rooms is full: nothing can be saved until rooms have ended, which goes on; docs/cluster.md says what to do",
					"bytes", e.Backend().Size(), "quota", m.conf.quotaBytes(), "err", err)
			}
		case len(alarms) == 0 && time.Since(shrunk) >= 2*shrinkTurn && m.shrinks(e, time.Now()):
			shrunk = time.Now()
			m.shrink(e)
		}
		select {
		case <-look.C:
		case <-e.StopNotify():
			return
		}
	}
}

// worthShrinking reports whether a file is near its quota for want of giving back what is
// free in it: at three quarters of the quota, if a quarter of the file is free.
func worthShrinking(size, used, quota int64) bool {
	return size > quota/4*3 && size-used >= size/4
}

// shrinks reports whether it is this member's turn to shrink its file, and worth it. A
// member that does so answers nothing meanwhile, so the members take turns of a minute,
// by the clock: if clocks differ, two may do it at once, which is a pause for all.
func (m *Member) shrinks(e *etcdserver.EtcdServer, now time.Time) bool {
	if !worthShrinking(e.Backend().Size(), e.Backend().SizeInUse(), m.conf.quotaBytes()) {
		return false
	}
	var members []types.ID
	for _, member := range e.Cluster().Members() {
		members = append(members, member.ID)
	}
	slices.Sort(members)
	turn := now.Unix() / int64(shrinkTurn/time.Second) % int64(max(len(members), 1))
	return slices.Index(members, e.MemberID()) == int(turn)
}

// shrink gives free space back to the file system while there is still some left. Who
// leads hands that on first, since the leader's pause is everybody's.
func (m *Member) shrink(e *etcdserver.EtcdServer) {
	before, began := e.Backend().Size(), time.Now()
	transferLeadership(e, askTimeout)
	if err := e.Defragment(); err != nil {
		m.conf.Log.Warn("cannot give the free space of the rooms' database back", "err", err)
		return
	}
	m.conf.Log.Info("the free space of the rooms' database was given back", "bytes before", before, "bytes", e.Backend().Size(), "took", time.Since(began))
}

// makeSpace gives free space back to the file system, and takes the alarms back if that
// was enough. How much is free is known only afterwards: what a compaction has freed
// counts as used until the next change.
func (m *Member) makeSpace(e *etcdserver.EtcdServer, alarms []*pb.AlarmMember) error {
	before, limit := e.Backend().Size(), m.conf.quotaBytes()
	if before > limit-limit/8 {
		if err := e.Defragment(); err != nil {
			return err
		}
	}
	if e.Backend().Size() > limit-limit/8 {
		return errors.New("all of it is in use")
	}
	ctx, cancel := context.WithTimeout(context.Background(), changeTimeout)
	defer cancel()
	if err := takeBack(ctx, e, alarms); err != nil {
		return err
	}
	m.conf.Log.Warn("the database of the rooms was full, and has space again", "bytes before", before, "bytes", e.Backend().Size())
	return nil
}

// spaceAlarms are those that this member looks after: its own, and those of members that
// have been removed.
func spaceAlarms(e *etcdserver.EtcdServer) (alarms []*pb.AlarmMember) {
	for _, a := range e.Alarms() {
		id := types.ID(a.GetMemberID())
		if a.GetAlarm() == pb.AlarmType_NOSPACE && (id == e.MemberID() || e.Cluster().Member(id) == nil) {
			alarms = append(alarms, a)
		}
	}
	return alarms
}

// takeBack ends alarms.
func takeBack(ctx context.Context, e *etcdserver.EtcdServer, alarms []*pb.AlarmMember) error {
	for _, a := range alarms {
		off := &pb.AlarmRequest{Action: pb.AlarmRequest_DEACTIVATE, MemberID: a.GetMemberID(), Alarm: a.GetAlarm()}
		if _, err := e.Alarm(ctx, off); err != nil {
			return err
		}
	}
	return nil
}
