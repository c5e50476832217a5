package etcdtest

import "testing"

// What is given is not what the system assigns, wherever that is, if there is room.
func TestPortsBeside(t *testing.T) {
	for assigned, want := range map[string][2]int{
		"32768\t60999\n": {10_000, 29_999},
		"":               {10_000, 29_999}, // it is not known
		"16000 65535":    {10_000, 15_999},
		"9000 30000":     {30_001, 65_535},
		"1024 65535":     {10_000, 29_999}, // there is no room
	} {
		if first, last := portsBeside(assigned); first != want[0] || last != want[1] {
			t.Errorf("beside %q: got %d to %d, want %d to %d", assigned, first, last, want[0], want[1])
		}
	}
}
