package poker_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

func TestPresets(t *testing.T) {
	for name, cards := range map[string]string{
		"fibonacci":          "0 1 2 3 5 8 13 21 34 ? ☕",
		"modified-fibonacci": "0 ½ 1 2 3 5 8 13 20 40 100 ? ☕",
		"tshirt":             "XS S M L XL XXL ? ☕",
		"powers-of-two":      "0 1 2 4 8 16 32 64 ? ☕",
		"sequential":         "0 1 2 3 4 5 6 7 8 9 10 11 12 13",
		"hours":              "0 1 2 4 8 16 24 40 ? ☕",
	} {
		deck, ok := poker.Preset(name)
		if !ok || deck.Name != name || strings.Join(deck.Cards, " ") != cards {
			t.Errorf("%s: got %v, %v, want cards %s", name, deck, ok, cards)
		}
		clean, err := deck.Clean()
		if err != nil || !slices.Equal(clean.Cards, deck.Cards) {
			t.Errorf("%s: got %v, %v, want it as it is", name, clean, err)
		}
		deck.Cards[0] = "changed"
		if again, _ := poker.Preset(name); again.Cards[0] == "changed" {
			t.Errorf("%s: a caller changed the preset", name)
		}
	}
	if deck, ok := poker.Preset("tarot"); ok || deck.Name != "" {
		t.Errorf("got %v, want no such deck", deck)
	}
	if deck := poker.DefaultDeck(); deck.Name != "fibonacci" {
		t.Errorf("got default %v, want fibonacci", deck)
	}
}

func TestDeckClean(t *testing.T) {
	forty := strings.Fields(strings.Repeat("x ", 40))
	for i := range forty {
		forty[i] += strings.Repeat("y", i%7) + string(rune('a'+i/7))
	}
	family := "👨\u200d👩\u200d👧\u200d👦"
	for _, test := range []struct {
		what string
		in   poker.Deck
		want []string
		ok   bool
	}{
		{"no cards", poker.Deck{Name: "free"}, nil, true},
		{"forty", poker.Deck{Name: "many", Cards: forty}, forty, true},
		{"composed", poker.Deck{Name: "e", Cards: []string{"e\u0301"}}, []string{"é"}, true},
		{"emoji", poker.Deck{Name: "🃏", Cards: []string{"🐇", family}}, []string{"🐇", family}, true},
		{"eight", poker.Deck{Name: "long", Cards: []string{"12345678"}}, []string{"12345678"}, true},
		{"inner space", poker.Deck{Name: "days", Cards: []string{"2 days"}}, []string{"2 days"}, true},
		{"forty-one", poker.Deck{Name: "many", Cards: append(slices.Clone(forty), "z")}, nil, false},
		{"no name", poker.Deck{Cards: []string{"1"}}, nil, false},
		{"blank name", poker.Deck{Name: "  ", Cards: []string{"1"}}, nil, false},
		{"long name", poker.Deck{Name: strings.Repeat("n", 41)}, nil, false},
		{"sixteen characters, a blank among them", poker.Deck{Name: "long", Cards: []string{"about two months"}}, []string{"about two months"}, true},
		{"seventeen characters", poker.Deck{Name: "long", Cards: []string{"12345678901234567"}}, nil, false},
		{"empty card", poker.Deck{Name: "d", Cards: []string{""}}, nil, false},
		{"outer space", poker.Deck{Name: "d", Cards: []string{"5 "}}, nil, false},
		{"twice", poker.Deck{Name: "d", Cards: []string{"é", "e\u0301"}}, nil, false},
		{"marks", poker.Deck{Name: "d", Cards: []string{"q\u0301\u0301\u0301\u0301\u0301"}}, nil, false},
		{"not UTF-8", poker.Deck{Name: "d", Cards: []string{"\xff"}}, nil, false},
	} {
		got, err := test.in.Clean()
		if (err == nil) != test.ok || err != nil && !errors.Is(err, poker.ErrInvalidDeck) {
			t.Errorf("%s: got error %v, want accepted: %t", test.what, err, test.ok)
		}
		if err == nil && !slices.Equal(got.Cards, test.want) {
			t.Errorf("%s: got %q, want %q", test.what, got.Cards, test.want)
		}
	}
}

func TestDeckIndex(t *testing.T) {
	deck := poker.DefaultDeck()
	for card, want := range map[string]int{"0": 0, "5": 4, "☕": 10, "4": -1, "": -1} {
		if got := deck.Index(card); got != want {
			t.Errorf("Index(%q) = %d, want %d", card, got, want)
		}
	}
}
