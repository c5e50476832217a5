package poker

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Mark is what a user is recognised by at a glance, beside their name. Each part is
// empty if the user has chosen none. It never means anything by itself.
type Mark struct {
	Colour string // one of [Colours]
	Emoji  string // one character
}

// colours are names: how they look is up to clients.
var colours = []string{"blue", "violet", "pink", "red", "orange", "olive", "green", "teal"}

// Colours returns the colours that a mark can have.
func Colours() []string { return slices.Clone(colours) }

// EmojiBytes is the greatest length of a mark's emoji in bytes of UTF-8.
const EmojiBytes = maxBytes

var (
	errColour = errors.New("no colour of that name")
	errEmoji  = errors.New("not one emoji")
)

// Clean returns a mark with its emoji in NFC, or an error that wraps
// [ErrInvalidMark]. An emoji is one symbol of the width of two letters. A digit in a
// frame is none: it could be taken for an estimate.
func (m Mark) Clean() (Mark, error) {
	if m.Colour != "" && !slices.Contains(colours, m.Colour) {
		return Mark{}, fmt.Errorf("%w: %w", ErrInvalidMark, errColour)
	}
	if m.Emoji == "" {
		return m, nil
	}
	emoji, err := normal(m.Emoji)
	if err == nil && !isEmoji(emoji) {
		err = errEmoji
	}
	if err != nil {
		return Mark{}, fmt.Errorf("%w: %w", ErrInvalidMark, err)
	}
	m.Emoji = emoji
	return m, nil
}

func isEmoji(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return len(s) <= EmojiBytes && unicode.Is(unicode.So, first) && uniseg.GraphemeClusterCount(s) == 1 && uniseg.StringWidth(s) == 2
}

func (c SetMark) apply(r *Room, _ Millis, _ Limits) ([]Event, error) {
	if !r.Has(c.By) && !r.Waits(c.By) {
		return nil, ErrNotMember
	}
	mark, err := c.Mark.Clean()
	if err != nil {
		return nil, err
	}
	return r.remark(c.By, mark), nil
}

// remark gives a user another mark, be they a member or waiting.
func (r *Room) remark(u UserID, mark Mark) []Event {
	if i := r.place(u); i >= 0 && r.waiting[i].mark != mark {
		r.waiting[i].mark = mark
		return []Event{Changed{AspectWaiting}}
	}
	m, ok := r.state.Members[u]
	if !ok || m.Mark == mark {
		return nil
	}
	m.Mark = mark
	r.put(u, m)
	return []Event{Changed{AspectMark}}
}
