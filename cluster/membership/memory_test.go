package membership

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := NewMemory()
		var views []Snapshot
		view := func(s Snapshot) { views = append(views, s) }
		last := func() []Member { return views[len(views)-1].Members }
		node, other := memory.Node(), memory.Node()
		if err := node.Join(t.Context(), Member{ID: "a", Address: "a:1"}, view, func() { time.Sleep(time.Hour) }); err != nil {
			t.Fatal(err)
		}
		if err := other.Claim(t.Context(), "a:1"); !errors.Is(err, ErrAddressTaken) {
			t.Errorf("Claim of a member's address: got %v, want %v", err, ErrAddressTaken)
		}
		if err := other.Join(t.Context(), Member{ID: "b", Address: "a:1"}, view, nil); !errors.Is(err, ErrAddressTaken) {
			t.Errorf("Join with a member's address: got %v, want %v", err, ErrAddressTaken)
		}

		memory.Remove("unknown:1")
		memory.Remove("a:1")
		synctest.Wait()
		if got := last(); len(got) != 0 {
			t.Errorf("members before lost has returned: got %v, want none", got)
		}
		if err := node.Drain(t.Context()); err == nil {
			t.Error("Drain of a node that is no member: got no error")
		}
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if got := last(); len(got) != 1 || got[0].ID != "a#2" {
			t.Errorf("members after lost has returned: got %v, want a#2", got)
		}

		for i := 1; i < len(views); i++ {
			if views[i].Version <= views[i-1].Version {
				t.Errorf("version: got %d after %d, want it to grow", views[i].Version, views[i-1].Version)
			}
		}
		if err := errors.Join(node.Leave(t.Context()), node.Leave(t.Context()), other.Leave(t.Context())); err != nil {
			t.Error(err)
		}
		if len(memory.members) != 0 || len(memory.nodes) != 0 {
			t.Errorf("after Leave: got %d members and %d nodes, want none", len(memory.members), len(memory.nodes))
		}
	})
}
