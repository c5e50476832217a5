package poker_test

import (
	"errors"
	"fmt"

	"example.com/pokey/poker"
)

// A round, with the room in the hands of one goroutine that also knows the time.
func Example() {
	now := poker.Millis(1_700_000_000_000)
	room := poker.NewRoom("kitchen", "e1", "olga", now, poker.DefaultDeck())

	for _, c := range []poker.Command{
		poker.Join{By: "olga", Name: "Olga", Role: poker.Observer},
		poker.Join{By: "ada", Name: "Ada"},
		poker.Join{By: "bob", Name: "Bob"},
		poker.Estimate{By: "ada", Value: "5", Comment: "legacy parser"},
		poker.Estimate{By: "bob", Value: "8"},
		poker.Reveal{By: "bob"},
		poker.Reveal{By: "olga"},
	} {
		events, err := room.Apply(now, c, poker.Limits{Members: 100})
		if errors.Is(err, poker.ErrNotOwner) {
			fmt.Printf("%T refused\n", c)
		}
		for _, e := range events {
			fmt.Printf("%T %v\n", e, e)
		}
	}

	for _, m := range room.Snapshot().Members {
		if m.Vote != nil {
			fmt.Printf("%s %s %q\n", m.Name, m.Vote.Value, m.Vote.Comment)
		}
	}
	fmt.Println("mean", *room.Snapshot().Summary.Mean)

	// Output:
	// poker.Joined {olga}
	// poker.Joined {ada}
	// poker.Joined {bob}
	// poker.Estimated {ada}
	// poker.Estimated {bob}
	// poker.Reveal refused
	// poker.Revealed {1}
	// Ada 5 "legacy parser"
	// Bob 8 ""
	// mean 6.5
}
