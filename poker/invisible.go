package poker

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	nonJoiner   = '\u200c'
	joiner      = '\u200d'
	emojiStyle  = '\ufe0f' // has the character before it drawn as an emoji
	keycapFrame = '\u20e3'
)

// visible removes the default ignorable characters from a text in NFC, and leaves
// it in NFC. It keeps those without which a word or an emoji would look different:
// see needed. It also keeps bidirectional controls and tags, which are refused
// later.
func visible(s string) string {
	if strings.IndexFunc(s, ignorable) < 0 {
		return s
	}
	for {
		shorter := norm.NFC.String(withoutIgnorable(s))
		if shorter == s {
			return s
		}
		s = shorter // the characters that are neighbours now may need less
	}
}

func withoutIgnorable(s string) string {
	kept := make([]byte, 0, len(s))
	for i, c := range s {
		if !ignorable(c) || needed(kept, c, s[i+utf8.RuneLen(c):]) {
			kept = utf8.AppendRune(kept, c)
		}
	}
	return string(kept)
}

// ignorable reports whether a character has no look of its own. It is false for
// those that are refused anyway.
func ignorable(c rune) bool {
	if c < 0xad {
		return false
	}
	return unicode.In(c, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.In(c, unicode.Prepended_Concatenation_Mark, unicode.Bidi_Control, unicode.Noncharacter_Code_Point) &&
		!isTag(c)
}

// needed reports whether an ignorable character changes how the text looks, between
// what has been kept and the rest.
func needed(kept []byte, c rune, rest string) bool {
	last, _ := utf8.DecodeLastRune(kept)
	next := firstVisible(rest)
	switch {
	case c == emojiStyle:
		return unicode.Is(textByDefault, last) || next == keycapFrame && strings.ContainsRune("0123456789#*", last)
	case c >= 0x180b && c <= 0x180f: // Mongolian: a vowel separator, and variants of a letter
		return unicode.Is(unicode.Mongolian, last) && unicode.IsLetter(last)
	case c == joiner && pictured(kept):
		return unicode.In(next, unicode.So, unicode.Sm)
	case c == joiner, c == nonJoiner:
		return virama(kept) && unicode.IsLetter(next) || c == nonJoiner && joining(kept) && unicode.IsLetter(next)
	}
	return false
}

func firstVisible(s string) rune {
	for _, c := range s {
		if !ignorable(c) {
			return c
		}
	}
	return 0
}

// virama reports whether a text ends in the sign that ties a letter to the next
// one. A joiner behind it decides how.
func virama(s []byte) bool {
	const class = 9
	_, size := utf8.DecodeLastRune(s)
	return size > 0 && norm.NFC.Properties(s[len(s)-size:]).CCC() == class
}

// joining reports whether a text ends in a letter of a cursive script, perhaps with
// marks, that would be joined to the next letter.
func joining(s []byte) bool {
	for len(s) > 0 {
		c, size := utf8.DecodeLastRune(s)
		if unicode.Is(unicode.Mn, c) {
			s = s[:len(s)-size]
			continue
		}
		return unicode.IsLetter(c) && unicode.In(c, cursive...) && !unicode.Is(endsJoining, c)
	}
	return false
}

// pictured reports whether a text ends in a picture, perhaps with a skin tone or
// the emoji variation selector.
func pictured(s []byte) bool {
	for len(s) > 0 {
		c, size := utf8.DecodeLastRune(s)
		if c == emojiStyle || unicode.Is(unicode.Sk, c) || isTag(c) {
			s = s[:len(s)-size]
			continue
		}
		return unicode.In(c, unicode.So, unicode.Sm)
	}
	return false
}

func isTag(c rune) bool { return c >= 0xe0000 && c <= 0xe007f }
