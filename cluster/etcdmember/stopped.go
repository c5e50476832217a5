package etcdmember

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/client/pkg/v3/types"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/snap"
	"go.etcd.io/etcd/server/v3/storage"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.uber.org/zap"
)

// ErrRunning means that a node is using the data of a member.
var ErrRunning = errors.New("a node is using it")

const aloneTimeout = time.Minute // until a member that is alone has read its log

// ReadStopped reads what the member in c.Dir has, which must not run, without the other
// members. It works on a copy in the directory scratch, which is made anew and removed
// in the end; c.Dir is only read. Before it goes on, agree gets the names of the
// other members. Use gets a client of an etcd that has everything of the member's log:
// what was committed as far as it knows, and what it has stored without learning of that.
// Only Dir, Self, Secret and Log of c matter.
func ReadStopped(ctx context.Context, c Config, scratch string, agree func(others []string) error, use func(*clientv3.Client) error) (err error) {
	release, err := c.lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release(), os.RemoveAll(scratch)) }()
	if err := errors.Join(os.RemoveAll(scratch), os.Mkdir(scratch, 0o700), os.CopyFS(scratch, os.DirFS(c.Dir))); err != nil {
		return fmt.Errorf("etcd: copy the data: %w", err)
	}
	c.Dir, c.TLS = scratch, nil
	log := newLog(c.Log)
	ids, err := c.commitAll(log)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	s := c.server("", nil, false, log)
	s.ForceNewCluster = true
	e, err := etcdserver.NewServer(s)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	others := otherMembers(e, ids) // it runs alone, but still knows of them
	if err := agree(others); err != nil {
		e.Cleanup()
		return err
	}
	e.Start()
	client := newClient(e)
	defer e.HardStop()
	defer func() { _ = client.Close() }() // it says that it is closed
	if err := awaitAlone(ctx, e); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	return use(client)
}

// InUse reports whether a node is using the data of a member in a directory.
func InUse(dir string) (bool, error) {
	c := Config{Dir: dir}
	release, err := c.lock()
	if err == nil {
		err = release()
	}
	switch {
	case errors.Is(err, ErrRunning):
		return true, nil
	case errors.Is(err, errNoData):
		return false, nil
	}
	return false, err
}

var errNoData = errors.New("there is no data of a member")

// lock makes sure that no node uses the data, until release.
func (c *Config) lock() (release func() error, err error) {
	names, err := filepath.Glob(filepath.Join(c.walDir(), "*.wal"))
	if err != nil || len(names) == 0 {
		return nil, errors.Join(fmt.Errorf("etcd: %s: %w", c.Dir, errNoData), err)
	}
	file, err := fileutil.TryLockFile(names[len(names)-1], os.O_RDWR, 0o600) // the last one is always in use
	switch {
	case errors.Is(err, fileutil.ErrLocked):
		return nil, ErrRunning
	case err != nil:
		return nil, fmt.Errorf("etcd: %w", err)
	}
	return file.Close, nil
}

// commitAll declares everything in the member's log committed, and returns the IDs of
// the members after that. etcd would drop what the member has stored and not learned to
// be committed, but others may have acknowledged it.
func (c *Config) commitAll(log *zap.Logger) (ids []uint64, err error) {
	known, err := wal.ValidSnapshotEntries(log, c.walDir())
	if err != nil {
		return nil, err
	}
	snapshot, err := snap.New(log, filepath.Join(c.Dir, "member", "snap")).LoadNewestAvailable(known)
	if err != nil && !errors.Is(err, snap.ErrNoSnapshot) {
		return nil, err
	}
	from := &walpb.Snapshot{}
	if snapshot != nil {
		from.Index, from.Term = snapshot.GetMetadata().Index, snapshot.GetMetadata().Term
	}
	w, err := wal.Open(log, c.walDir(), from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	_, state, entries, err := w.ReadAll()
	if err != nil {
		return nil, err
	}
	if n := len(entries); n > 0 {
		state.Commit = entries[n-1].Index
		if err := w.Save(state, nil); err != nil {
			return nil, err
		}
	}
	return storage.GetEffectiveNodeIDsFromWALEntries(log, snapshot, entries), nil
}

// otherMembers are the members with these IDs, except the one of this server.
func otherMembers(e *etcdserver.EtcdServer, ids []uint64) (names []string) {
	for _, id := range ids {
		if id == uint64(e.MemberID()) {
			continue
		}
		name := "the node with the ID " + types.ID(id).String()
		if m := e.Cluster().Member(types.ID(id)); m != nil {
			name = nodeOf(m.PeerURLs)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// awaitAlone waits until a server without others is the leader, and may write: a quota
// that was reached is no reason not to read.
func awaitAlone(ctx context.Context, e *etcdserver.EtcdServer) error {
	ctx, cancel := context.WithTimeout(ctx, aloneTimeout)
	defer cancel()
	select {
	case <-e.ReadyNotify():
	case <-e.StopNotify():
		return errors.New("it ended; the log says why")
	case <-ctx.Done():
		return ctx.Err()
	}
	return takeBack(ctx, e, e.Alarms())
}
