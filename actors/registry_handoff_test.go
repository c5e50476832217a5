package actors

import (
	"testing"
)

// placedAt is a placement whose view can be replaced.
type placedAt struct{ version *uint64 }

func (p placedAt) View() View       { return versionedView{&singleNode{"n2"}, *p.version} }
func (p placedAt) Subscribe(func()) {}

// versionedView says that everything lives on n2 until version 2, and on n1 from then on.
type versionedView struct {
	*singleNode
	version uint64
}

func (v versionedView) Version() uint64 { return v.version }

func (v versionedView) Owner(_, _ string) (string, string) {
	if v.version < 2 {
		return "n2", ""
	}
	return "n1", ""
}

// A message that was sent by a newer view waits until this node has that view.
func TestViewGateKeepsMessagesThatAreAheadOfTheView(t *testing.T) {
	version := uint64(1)
	g := &viewGate{node: &node{address: "n1", placement: placedAt{&version}}, kind: roomKind, name: roomsName}
	m := addressed{id: "room", view: 2, message: departed{"user"}}
	if g.admit(m) {
		t.Error("before the view: got admitted, want kept")
	}
	if got := g.viewChanged(); len(got) != 0 {
		t.Errorf("before the view: got %v, want nothing", got)
	}
	version = 2
	if got := g.viewChanged(); len(got) != 1 || got[0] != m {
		t.Errorf("with the view: got %v, want %v", got, m)
	}
	if !g.admit(m) {
		t.Error("with the view: got kept, want admitted")
	}
	if got := g.viewChanged(); len(got) != 0 {
		t.Errorf("afterwards: got %v, want nothing", got)
	}
}
