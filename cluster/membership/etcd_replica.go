package membership

import (
	"encoding/json"
	"log/slog"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// etcdReplica is this node's copy of the membership in etcd, at one revision.
type etcdReplica struct {
	keys    etcdKeys
	log     *slog.Logger
	applied int64                 // the revision up to which every change is in here
	version int64                 // the revision of the last change to a record
	members map[string]etcdRecord // by address
	expired map[string]time.Time  // members without a liveness key, and since when
}

// etcdRecord is a member and the revision at which its record was created.
type etcdRecord struct {
	member  Member
	created int64
}

func newEtcdReplica(keys etcdKeys, log *slog.Logger, applied int64) etcdReplica {
	return etcdReplica{keys: keys, log: log, applied: applied, members: map[string]etcdRecord{}, expired: map[string]time.Time{}}
}

// apply follows one change that the watch has delivered.
func (r *etcdReplica) apply(event *clientv3.Event) {
	address, liveness, ours := r.keys.parse(event.Kv.Key)
	deleted := event.Type == mvccpb.DELETE
	switch {
	case !ours:
		return
	case liveness && deleted:
		if _, member := r.members[address]; member {
			r.expired[address] = time.Now()
		}
		return
	case liveness:
		delete(r.expired, address)
		return
	case deleted:
		delete(r.members, address)
		delete(r.expired, address)
	default:
		if old := r.members[address]; old.created != event.Kv.CreateRevision {
			delete(r.expired, address) // its liveness key comes in the same transaction
		}
		r.put(address, event.Kv)
	}
	r.version = event.Kv.ModRevision
}

// put stores a record, or deletes the member if the record is invalid.
func (r *etcdReplica) put(address string, kv *mvccpb.KeyValue) {
	var m Member
	if err := json.Unmarshal(kv.Value, &m); err != nil || m.Address != address || m.ID == "" {
		r.log.Error("ignored an invalid membership record in etcd", "address", address)
		delete(r.members, address)
		return
	}
	r.members[address] = etcdRecord{m, kv.CreateRevision}
}

// fill reads a listing of all keys into an empty replica. A member that was
// expired in the replica before it stays expired since then.
func (r *etcdReplica) fill(all []*mvccpb.KeyValue, before *etcdReplica) {
	alive := map[string]bool{}
	for _, kv := range all {
		switch address, liveness, ours := r.keys.parse(kv.Key); {
		case !ours:
		case liveness:
			alive[address] = true
		default:
			r.put(address, kv)
			r.version = max(r.version, kv.ModRevision)
		}
	}
	r.version = max(r.version, before.version)
	for address := range r.members {
		if alive[address] {
			continue
		}
		since, known := before.expired[address]
		if !known {
			since = time.Now()
		}
		r.expired[address] = since
	}
}

func (r *etcdReplica) snapshot() Snapshot {
	s := Snapshot{Version: uint64(r.version)}
	for _, x := range r.members {
		s.Members = append(s.Members, x.member)
	}
	return s
}
