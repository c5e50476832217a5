package membership

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// changes apply to a state whose own member is a:1.
type changes struct {
	state    etcdState
	revision int64
}

func newChanges() *changes {
	c := &changes{}
	c.state.replica = newEtcdReplica(etcdKeys{"/n/"}, quiet, 0)
	c.state.self = Member{ID: "a", Address: "a:1"}
	c.state.disturbed = make(chan struct{}, 1)
	return c
}

func (c *changes) put(key, value string, created int64) {
	c.revision++
	kv := &mvccpb.KeyValue{Key: []byte(key), Value: []byte(value), CreateRevision: created, ModRevision: c.revision}
	c.state.replica.apply(&clientv3.Event{Type: mvccpb.PUT, Kv: kv})
	c.state.replica.applied = c.revision
}

func (c *changes) remove(key string) {
	c.revision++
	c.state.replica.apply(&clientv3.Event{Type: mvccpb.DELETE, Kv: &mvccpb.KeyValue{Key: []byte(key), ModRevision: c.revision}})
	c.state.replica.applied = c.revision
}

func TestOverdueMembers(t *testing.T) {
	const grace = 2 * time.Second
	synctest.Test(t, func(t *testing.T) {
		c := newChanges()
		overdue := func(when string, want map[string]int64) {
			t.Helper()
			if got := c.state.overdue(grace); !maps.Equal(got, want) {
				t.Errorf("overdue %s: got %v, want %v", when, got, want)
			}
		}
		c.put("/n/a:1", `{"id":"a","address":"a:1"}`, 1)
		c.put("/n/b:1", `{"id":"b","address":"b:1"}`, 2)
		c.put("/n/c:1", `{"id":"c","address":"c:1","draining":true}`, 3)
		overdue("while all are alive", nil)
		c.remove("/n/a:1/alive")
		c.remove("/n/b:1/alive")
		c.remove("/n/x:1/alive")
		overdue("at once", nil)
		time.Sleep(grace)
		overdue("after the grace, but for the node itself", map[string]int64{"b:1": 2})
		overdue("right after it was returned", nil)
		time.Sleep(grace)
		overdue("after another grace", map[string]int64{"b:1": 2})
		c.put("/n/b:1/alive", "b", 9)
		time.Sleep(grace)
		overdue("after the member came back", nil)
		c.remove("/n/c:1/alive")
		overdue("at once if it drains", map[string]int64{"c:1": 3})
	})
}

func TestNodeIsToldWhenItsKeysAreGone(t *testing.T) {
	told := func(c *changes) bool {
		c.state.checkOwn()
		return len(c.state.disturbed) > 0
	}
	joined := func() *changes {
		c := newChanges()
		c.put("/n/a:1", `{"id":"a","address":"a:1"}`, 1)
		c.state.created = 1
		return c
	}
	if told(joined()) {
		t.Error("with both keys: got told, want not")
	}
	c := joined()
	c.remove("/n/a:1/alive")
	if !told(c) {
		t.Error("without its liveness key: got nothing, want told")
	}
	c = joined()
	c.remove("/n/a:1")
	if !told(c) {
		t.Error("without its record: got nothing, want told")
	}
	c = joined()
	c.put("/n/a:1", `{"id":"b","address":"a:1"}`, 2)
	if !told(c) {
		t.Error("with the record of another node: got nothing, want told")
	}
}

func TestInvalidRecordIsNoMember(t *testing.T) {
	for name, record := range map[string]string{
		"no JSON":         `{`,
		"no ID":           `{"address":"b:1"}`,
		"another address": `{"id":"b","address":"c:1"}`,
	} {
		c := newChanges()
		c.put("/n/b:1", `{"id":"b","address":"b:1"}`, 1)
		c.put("/n/b:1", record, 1)
		if got := c.state.replica.snapshot(); len(got.Members) != 0 || got.Version != 2 {
			t.Errorf("%s: got %d members and version %d, want none and 2", name, len(got.Members), got.Version)
		}
	}
}
