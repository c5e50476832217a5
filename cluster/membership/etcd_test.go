package membership

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store/etcdtest"
)

func TestEtcdJoinDrainDieLeave(t *testing.T) {
	server := etcdtest.Start(t)
	members := startEtcdMembers(t, server, 3)
	a, b, c := members[0], members[1], members[2]

	if err := c.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all see that the third member drains", func() bool {
		for _, m := range members {
			if seen, _ := m.current.Load().Member(c.address); !seen.Draining {
				return false
			}
		}
		return sameView(a, b, c)
	})

	began := time.Now()
	b.crash()
	a.Suspect(b.address)
	eventually(t, "the dead member is removed", func() bool { return sameView(a, c) })
	if took := time.Since(began); took >= longTTL {
		t.Errorf("removing a dead member took %v, want less than the TTL of %v", took, longTTL)
	}

	if err := c.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the member that left is removed", func() bool { return sameView(a) })
}

func TestEtcdExpiredLeaseIsReplaced(t *testing.T) {
	server := etcdtest.Start(t)
	members := startEtcdMembers(t, server, 2)
	a, b := members[0], members[1]
	want, lease := a.ids(), b.leaseID()
	if _, err := b.records.client.Revoke(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the member has another lease", func() bool { return b.leaseID() != lease })
	if got := a.ids(); !slices.Equal(got, want) || b.losses.Load() != 0 {
		t.Errorf("got members %v and %d losses, want %v and none", got, b.losses.Load(), want)
	}
}

func TestEtcdDeletedRecordIsALoss(t *testing.T) {
	server := etcdtest.Start(t)
	members := startEtcdMembers(t, server, 2)
	a, b := members[0], members[1]
	before := a.ids()
	if _, err := b.records.client.Delete(t.Context(), b.records.keys.record(b.address)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the membership is lost, and gained again under another ID", func() bool {
		return b.losses.Load() == 1 && sameView(a, b) && !slices.Equal(a.ids(), before)
	})
	if m, _ := a.current.Load().Member(b.address); !strings.HasSuffix(m.ID, "#2") {
		t.Errorf("ID after the loss: got %s, want one that ends in #2", m.ID)
	}
}

func TestEtcdFrozenMemberIsRemoved(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	members := startWithTTL(t, server, 2, shortTTL, shortGrace)
	a, b := members[0], members[1]
	b.state.mu.Lock() // so that it can renew nothing
	lease := b.state.lease
	eventually(t, "the frozen member is removed", func() bool { return sameView(a) })
	b.state.mu.Unlock()
	eventually(t, "it is a member again", func() bool { return sameView(a, b) })
	if got := b.losses.Load(); got != 1 {
		t.Errorf("losses: got %d, want 1", got)
	}
	// Others may see the record before its writer notes the lease.
	eventually(t, "it has another lease", func() bool { return b.leaseID() != lease })
}

func TestEtcdAddressHasOneOwner(t *testing.T) {
	server := etcdtest.Start(t)
	first := newEtcdMember(t, server, etcdtest.FreeAddress(t), longTTL, longTTL) // somebody listens there again
	first.start(t)
	second := NewEtcd(EtcdConfig{Client: dialEtcd(t, server), Log: quiet})
	if err := second.Claim(t.Context(), first.address); !errors.Is(err, ErrAddressTaken) {
		t.Fatalf("Claim of a live member's address: got %v, want %v", err, ErrAddressTaken)
	}
	first.crash()
	began := time.Now()
	if err := second.Claim(t.Context(), first.address); err != nil {
		t.Fatalf("Claim of a dead member's address: %v", err)
	}
	if took := time.Since(began); took >= longTTL {
		t.Errorf("Claim of a dead member's address took %v, want less than the TTL of %v", took, longTTL)
	}
	third := newEtcdMember(t, server, first.address, longTTL, longTTL)
	third.start(t)
	eventually(t, "the third member is the only one", func() bool { return sameView(third) })
}

// A later release may write keys and fields that this one does not know.
func TestEtcdLaterReleases(t *testing.T) {
	server := etcdtest.Start(t)
	a := startEtcdMember(t, server)
	client, prefix := a.records.client, a.records.keys.prefix
	put := func(key, value string) {
		t.Helper()
		if _, err := client.Put(t.Context(), prefix+key, value); err != nil {
			t.Fatal(err)
		}
	}
	version := a.current.Load().Version()
	put(a.address+"/later", "x")
	put("b:1/later", "x")
	put("c:1", `{"id":"c","address":"c:1","wire":1,"later":{"x":[1]}}`)
	eventually(t, "the record of a later release is read", func() bool { return len(a.ids()) == 2 })
	if got, want := a.current.Load().Version(), version+3; got != want {
		t.Errorf("version: got %d, want %d", got, want)
	}
	put("b:1/later", "y")
	if _, err := client.Delete(t.Context(), prefix+a.address+"/later"); err != nil {
		t.Fatal(err)
	}
	b := startEtcdMember(t, server)
	eventually(t, "both members have the same view", func() bool {
		return slices.Equal(a.ids(), b.ids()) && len(b.ids()) == 3 && a.current.Load().Version() == b.current.Load().Version()
	})

	// A release that knows nothing of isolation can read what this one writes.
	got, err := client.Get(t.Context(), a.records.keys.record(a.address))
	if err != nil {
		t.Fatal(err)
	}
	if record := string(got.Kvs[0].Value); strings.Contains(record, "unreachable") || strings.Contains(record, "yields") {
		t.Errorf("record of a member that reaches all others: got %s, want no word of it", record)
	}
}
