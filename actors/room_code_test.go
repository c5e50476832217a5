package actors_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/pokey/actors"
	"example.com/pokey/poker"
	"example.com/pokey/protocol"
	"example.com/pokey/store"
)

// finds fails the test unless the code leads to the room, or to none if that is empty.
func finds(t *testing.T, sys *actors.System, code string, want poker.RoomID) {
	t.Helper()
	got, found, err := sys.ResolveCode(t.Context(), code)
	if err != nil || got != want || found != (want != "") {
		t.Errorf("code %q: got room %q, %t, %v, want %q", code, got, found, err, want)
	}
}

// A code leads to its room, however it is written, for as long as the room lives: also
// after a restart, and longer than its own record lives by itself.
func TestACodeLivesAsLongAsItsRoom(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada, bob, cleo := h.connect(""), h.connect(""), h.connect("")
		room, other := ada.create(), cleo.create()
		ada.ok("joinRoom", room, "")
		bob.ok("joinRoom", room, "")
		cleo.ok("joinRoom", other, "")
		bob.refused("not_owner", "showCode", room, "")
		h.connect("").refused("not_member", "showCode", room, "")
		ada.ok("showCode", room, "")
		cleo.ok("showCode", other, "")
		code, elsewhere := bob.room().Code, cleo.room().Code
		if len(code) != 6 || len(elsewhere) != 6 || code == elsewhere {
			t.Fatalf("got codes %q and %q, want two of six characters", code, elsewhere)
		}
		finds(t, h.sys, code, room)
		finds(t, h.sys, " "+strings.ToUpper(code[:3]+" "+code[3:]), room)
		finds(t, h.sys, elsewhere, other)
		for _, wrong := range []string{"", "000000", code[:5], code + "0", "../" + code, "!" + code[1:]} {
			finds(t, h.sys, wrong, "")
		}
		ada.ok("showCode", room, "")
		if again := bob.room().Code; again != code {
			t.Errorf("asked again: got code %s, want %s to stay", again, code)
		}
		time.Sleep(3 * time.Hour)
		finds(t, h.sys, code, room)
		h.restart(h.store)
		finds(t, h.sys, code, room)
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		if got := ada.room().Code; got != code {
			t.Errorf("after a restart: got code %q, want %s", got, code)
		}
		ada.ok("closeRoom", room, "")
		finds(t, h.sys, code, "")
		time.Sleep(4 * time.Hour) // Cleo expires meanwhile
		for _, left := range []string{code, elsewhere} {
			finds(t, h.sys, left, "")
			if _, err := h.store.Load(t.Context(), "code/"+left); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("record of code %s hours after its room: got %v, want none", left, err)
			}
		}
	})
}

// Two connections ask at once: there is one code, and it leads to the room.
func TestCodesThatAreAskedForAtOnce(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.newEvents()
		for _, id := range []string{"a", "b"} {
			ada.session.Handle(decoded(t, `{"request":"showCode","id":"`+id+`","roomId":"`+string(room)+`"}`))
		}
		ada.settle()
		if got := ada.newEvents(); count(got, "ok") != 2 {
			t.Errorf("got %v, want two ok", got)
		}
		finds(t, h.sys, ada.room().Code, room)
	})
}

// While the store fails, nobody is shown a code that does not work, and a lookup says so.
func TestNoCodeWithoutAStore(t *testing.T) {
	inBubble(t, func(h *harness) {
		disk := &flaky{Store: h.store}
		h.restart(disk)
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		for name, fault := range map[string]func(context.Context) error{"full": full, "hanging": hanging} {
			disk.set(fault)
			ada.session.Handle(decoded(t, `{"request":"showCode","id":"`+name+`","roomId":"`+string(room)+`"}`))
			time.Sleep(2 * time.Second)
			if got := ada.want("error"); got.ID != name || got.Code != "unavailable" {
				t.Errorf("%s: got %v, want unavailable", name, got)
			}
		}
		disk.set(full)
		if _, _, err := h.sys.ResolveCode(t.Context(), "k7m2qx"); err == nil {
			t.Error("a lookup without a store: got no error, want one")
		}
		disk.set(nil)
		time.Sleep(5 * time.Second)
		if got := ada.room().Code; got != "" {
			t.Errorf("got code %s, want none", got)
		}
		ada.ok("showCode", room, "")
		finds(t, h.sys, ada.room().Code, room)
	})
}

// Every node finds the room of a code, also when the room has moved, and hours later.
func TestCodesOnAllNodes(t *testing.T) {
	inMesh(t, 3, func(m *mesh) {
		ada := m.nodes["n1"].connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		ada.ok("showCode", room, "")
		code := ada.room().Code
		time.Sleep(3 * time.Hour)
		for _, node := range m.nodes {
			finds(t, node.sys, code, room)
		}
		home := m.homeOf(room)
		m.changeView([]string{home.address}, "n1", "n2", "n3")
		m.settle()
		for _, node := range m.nodes {
			finds(t, node.sys, code, room)
		}
	})
}

func decoded(t *testing.T, message string) protocol.Incoming {
	t.Helper()
	in, fault := protocol.Decode([]byte(message))
	if fault != nil {
		t.Fatal(fault)
	}
	return in
}
