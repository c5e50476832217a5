package poker_test

import (
	"fmt"
	"testing"

	"example.com/pokey/poker"
)

// crowd makes a room of n members who have estimated.
func crowd(b *testing.B, n int) *poker.Room {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.DefaultDeck())
	apply(b, room, start, poker.SetOptions{By: "olga", AutoReveal: new(true), StandIn: new(true)})
	for i := range n {
		u := poker.UserID(fmt.Sprintf("%026d", i))
		apply(b, room, start, poker.Join{By: u, Name: "Member " + string(u[20:])})
		apply(b, room, start, poker.Estimate{By: u, Value: "5", Comment: "as the last one"})
	}
	return room
}

func BenchmarkEstimate(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			room := crowd(b, n)
			c := poker.Estimate{By: poker.UserID(fmt.Sprintf("%026d", n/2)), Value: "8", Comment: "on second thoughts"}
			b.ReportAllocs()
			for b.Loop() {
				apply(b, room, start, c)
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for _, revealed := range []bool{false, true} {
		b.Run(map[bool]string{false: "hidden", true: "revealed"}[revealed], func(b *testing.B) {
			room := crowd(b, 1000)
			if revealed {
				apply(b, room, start, poker.Reveal{By: "olga"})
			}
			b.ReportAllocs()
			for b.Loop() {
				room.Snapshot()
			}
		})
	}
}
