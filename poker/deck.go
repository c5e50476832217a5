package poker

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// presets are never changed. Callers get copies.
var presets = []Deck{
	preset("fibonacci", "0 1 2 3 5 8 13 21 34 ? ☕"),
	preset("modified-fibonacci", "0 ½ 1 2 3 5 8 13 20 40 100 ? ☕"),
	preset("tshirt", "XS S M L XL XXL ? ☕"),
	preset("powers-of-two", "0 1 2 4 8 16 32 64 ? ☕"),
	preset("sequential", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"),
	preset("hours", "0 1 2 4 8 16 24 40 ? ☕"),
}

func preset(name, cards string) Deck { return Deck{Name: name, Cards: strings.Fields(cards)} }

// Preset returns the deck of that name, if there is one.
func Preset(name string) (Deck, bool) {
	i := slices.IndexFunc(presets, func(d Deck) bool { return d.Name == name })
	if i < 0 {
		return Deck{}, false
	}
	return presets[i].clone(), true
}

// DefaultDeck is the deck of a room whose creator did not choose.
func DefaultDeck() Deck { return presets[0].clone() }

// Clean returns the deck as a room keeps it, in NFC and with its name trimmed, or
// an error that wraps [ErrInvalidDeck]. A deck has a name of 1 to [DeckNameLength]
// characters and at most [DeckSize] different cards of 1 to [CardLength]
// characters. The returned deck shares no memory with d.
func (d Deck) Clean() (Deck, error) {
	name, err := cleanTrimmed(d.Name, deckName)
	if err != nil {
		return Deck{}, fmt.Errorf("%w: its name: %w", ErrInvalidDeck, err)
	}
	if len(d.Cards) > DeckSize {
		return Deck{}, fmt.Errorf("%w: %d cards", ErrInvalidDeck, len(d.Cards))
	}
	c := Deck{Name: name, Cards: make([]string, 0, len(d.Cards))}
	for i, card := range d.Cards {
		card, err := cleanValue(card, cardText)
		if err != nil {
			return Deck{}, fmt.Errorf("%w: card %d: %w", ErrInvalidDeck, i, err)
		}
		if c.Index(card) >= 0 {
			return Deck{}, fmt.Errorf("%w: card %d is there twice", ErrInvalidDeck, i)
		}
		c.Cards = append(c.Cards, card)
	}
	return c, nil
}

// Index returns the position of a card in the deck, or -1.
func (d Deck) Index(card string) int { return slices.Index(d.Cards, card) }

// value returns the value of an estimate as a room keeps it, or an error that wraps
// [ErrInvalidEstimate].
func (d Deck) value(s string) (string, error) {
	if len(d.Cards) == 0 {
		value, err := cleanValue(s, valueText)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrInvalidEstimate, err)
		}
		return value, nil
	}
	if !utf8.ValidString(s) {
		return "", ErrInvalidEstimate
	}
	i := d.Index(visible(norm.NFC.String(s)))
	if i < 0 {
		return "", ErrInvalidEstimate
	}
	return d.Cards[i], nil
}

// vote returns an estimate as a room keeps it, or the error of [Deck.value] or
// [CleanComment].
func (d Deck) vote(value, comment string) (Vote, error) {
	value, err := d.value(value)
	if err != nil {
		return Vote{}, err
	}
	comment, err = CleanComment(comment)
	if err != nil {
		return Vote{}, err
	}
	return Vote{Value: value, Comment: comment}, nil
}

// agreed returns what a team has agreed on as a room keeps it, or an error that is
// [ErrInvalidEstimate]: a card, or any other value of 1 to [ValueLength] characters,
// since a team may well meet between two cards. Empty stands for nothing.
func (d Deck) agreed(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if card, err := d.value(s); err == nil {
		return card, nil
	}
	return Deck{}.value(s)
}

// takes reports whether a value that some room has accepted is valid for this deck.
func (d Deck) takes(value string) bool { return len(d.Cards) == 0 || d.Index(value) >= 0 }

func (d Deck) equal(o Deck) bool { return d.Name == o.Name && slices.Equal(d.Cards, o.Cards) }

func (d Deck) clone() Deck { return Deck{d.Name, slices.Clone(d.Cards)} }
