package etcdmember

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver"
)

// When the database of any member exceeds its quota, etcd accepts no change that needs
// space until that member's alarm is taken back. etcd never does that by itself, and the
// file stays as large as it has been.

const (
	spaceInterval = 3 * time.Second
	spaceRetry    = 30 * time.Second // to rewrite gigabytes takes a while
)

// keepSpace takes back the alarm of this member once enough of its database is free,
// until etcd ends. Nothing else is possible meanwhile, so it may take its time.
func (m *Member) keepSpace(e *etcdserver.EtcdServer) {
	look := time.NewTicker(spaceInterval)
	defer look.Stop()
	var tried time.Time
	for {
		select {
		case <-look.C:
		case <-e.StopNotify():
			return
		}
		alarms := spaceAlarms(e)
		if len(alarms) == 0 || time.Since(tried) < spaceRetry {
			continue
		}
		tried = time.Now()
		if err := m.makeSpace(e, alarms); err != nil {
			m.conf.Log.Error("the database of the rooms is full: nobody can change anything, and old rooms cannot end; docs/cluster.md says what to do",
				"bytes", e.Backend().Size(), "quota", m.conf.quotaBytes(), "err", err)
		}
	}
}

// makeSpace gives free space back to the file system, and takes the alarms back if that
// was enough. How much is free is known only afterwards: what a compaction has freed
// counts as used until the next change.
func (m *Member) makeSpace(e *etcdserver.EtcdServer, alarms []*pb.AlarmMember) error {
	before, limit := e.Backend().Size(), m.conf.quotaBytes()
	if err := e.Defragment(); err != nil {
		return err
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
