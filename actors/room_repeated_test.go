package actors_test

import "testing"

// A request that changed nothing arrives once more, late: from a node that was frozen
// while another one answered it. It must not undo what came after it.
func TestALateRepetitionOfWhatChangedNothing(t *testing.T) {
	inBubble(t, func(h *harness) {
		ada := h.connect("")
		room := ada.create()
		ada.ok("joinRoom", room, "")
		withdraw := `{"request":"estimate","id":"late","roomId":"` + string(room) + `","round":1,"value":null}`
		ada.sendAndSettle(withdraw)
		ada.ok("estimate", room, `,"value":"5"`)
		ada.sendAndSettle(withdraw)
		if got := ada.room().Estimates; got != 1 {
			t.Errorf("estimates after the repetition: got %d, want 1", got)
		}
		h.restart(h.store) // what was stored has it too
		ada = h.connect(ada.user)
		ada.ok("joinRoom", room, "")
		ada.sendAndSettle(withdraw)
		if got := ada.room().Estimates; got != 1 {
			t.Errorf("estimates after a restart and the repetition: got %d, want 1", got)
		}
	})
}
