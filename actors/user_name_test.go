package actors_test

import "testing"

// They are so wherever their name is shown, until they set one.
func TestGuestsAreNamedGuest(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		if w := ada.want("welcome"); w.Name != "Guest" || !is(w.Named, false) {
			t.Errorf("welcome: got %v, want Guest with named false", w)
		}
		room := ada.create()
		ada.ok("joinRoom", room, "")
		if m := ada.member(ada.user); m.Name != "Guest" || !is(m.Named, false) {
			t.Errorf("member: got %v, want Guest with named false", m)
		}
		ada.ok("setName", "", `,"name":"Gu\u200best"`)
		if u := ada.want("user"); u.Name != "Guest" || u.Named != nil {
			t.Errorf("user: got %v, want Guest without named", u)
		}
		if m := ada.member(ada.user); m.Name != "Guest" || m.Named != nil {
			t.Errorf("member called Guest: got %v, want no named", m)
		}
		if w := h.connect(ada.user).want("welcome"); w.Named != nil {
			t.Errorf("welcome: got %v, want no named", w)
		}
	})
}
