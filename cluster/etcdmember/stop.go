package etcdmember

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/etcdserver"
)

// Stop ends the member. If it is the leader, another one is leader before that.
func (m *Member) Stop() {
	if m.stopped.Swap(true) {
		return
	}
	m.halt()
	m.close()
}

// Resign removes this member from the cluster, ends it, and deletes its data. If it
// returns an error the member may not have been removed; then it goes on when it is
// started again.
func (m *Member) Resign(ctx context.Context) error {
	if m.stopped.Swap(true) {
		return errors.New("etcd: it has ended already")
	}
	defer m.close()
	defer m.halt()
	e := m.running()
	transferLeadership(e, stopTransfer)
	err := persevere(ctx, func(ctx context.Context) error {
		select {
		case <-e.StopNotify(): // the others have removed it, and cut it off before it heard of that
			if errors.Is(m.ending(e), ErrRemoved) {
				return nil
			}
		default:
		}
		return expel(ctx, e, uint64(e.MemberID()))
	})
	if err != nil {
		return fmt.Errorf("etcd: leave the cluster: %w", err)
	}
	select { // etcd ends by itself once the others know
	case <-e.StopNotify():
	case <-time.After(resignTimeout):
	case <-ctx.Done():
	}
	return os.RemoveAll(m.conf.Dir)
}

const resignTimeout = 3 * time.Second

// halt ends etcd, if it runs.
func (m *Member) halt() {
	if e := m.server.Swap(nil); e != nil {
		_ = m.client.Close() // it returns that it is closed
		transferLeadership(e, stopTransfer)
		e.HardStop()
	}
}

// transferLeadership makes another member the leader, if this one is it and another one
// answers in time; timeout is for each.
func transferLeadership(e *etcdserver.EtcdServer, timeout time.Duration) {
	for _, other := range e.Cluster().Members() {
		if e.Leader() != e.MemberID() || other.ID == e.MemberID() || other.IsLearner {
			continue
		}
		moveLeader(e, uint64(other.ID), timeout) // else the others elect one
	}
}

// moveLeader makes another member the leader, and reports whether this one leads no more
// in time.
func moveLeader(e *etcdserver.EtcdServer, to uint64, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	changed := e.LeaderChangedNotify()
	go func() { // an earlier attempt may have succeeded only now
		defer cancel()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}()
	_ = e.MoveLeader(ctx, uint64(e.MemberID()), to)
	return e.Leader() != e.MemberID()
}

// stopTransfer is how long a member that stops waits for another one to lead. etcd's own
// Stop waits seconds for members that have been stopped too.
const stopTransfer = 400 * time.Millisecond

func (m *Member) close() {
	_ = m.http.Close()
	m.serving.Wait()
}
