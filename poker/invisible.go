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

// visible takes the default ignorable characters out of a text in NFC, and leaves
// it in NFC. Those stay without which a word or an emoji would look otherwise: see
// needed. What is refused because of where it stands, bidirectional controls and
// tags, is left to be refused.
func visible(s string) string {
	if strings.IndexFunc(s, ignorable) < 0 {
		return s
	}
	for {
		shorter := norm.NFC.String(withoutIgnorable(s))
		if shorter == s {
			return s
		}
		s = shorter // what stands side by side now may need less than before
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

// ignorable says that a character has no look of its own. Those that are refused
// anyway are not among them.
func ignorable(c rune) bool {
	if c < 0xad {
		return false
	}
	return unicode.In(c, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.In(c, unicode.Prepended_Concatenation_Mark, unicode.Bidi_Control, unicode.Noncharacter_Code_Point) &&
		!isTag(c)
}

// needed says whether an ignorable character changes how the text looks, between
// what has been kept and what follows.
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

// virama says that a text ends in the sign that ties a letter to the next. A
// joiner behind it decides how.
func virama(s []byte) bool {
	const class = 9
	_, size := utf8.DecodeLastRune(s)
	return size > 0 && norm.NFC.Properties(s[len(s)-size:]).CCC() == class
}

// joining says that a text ends in a letter, perhaps with marks, of a script whose
// letters are joined, and one that would be joined to the next.
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

// pictured says that a text ends in a picture, perhaps with a tone of skin or in
// the style of an emoji.
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

// cursive is the scripts that join their letters.
var cursive = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Mongolian, unicode.Nko, unicode.Phags_Pa, unicode.Adlam,
}

// endsJoining is the Arabic letters that are not joined to the next one: a
// non-joiner behind them changes nothing.
var endsJoining = &unicode.RangeTable{R16: []unicode.Range16{
	{0x0621, 0x0625, 1},
	{0x0627, 0x0629, 2},
	{0x062f, 0x0632, 1},
	{0x0648, 0x0648, 1},
	{0x0671, 0x0677, 1},
	{0x0688, 0x0699, 1},
	{0x06c0, 0x06c0, 1},
	{0x06c3, 0x06cb, 1},
	{0x06cd, 0x06cf, 2},
	{0x06d2, 0x06d3, 1},
	{0x06d5, 0x06d5, 1},
	{0x06ee, 0x06ef, 1},
	{0x0759, 0x075b, 1},
	{0x076b, 0x076c, 1},
	{0x0771, 0x0771, 1},
	{0x0773, 0x0774, 1},
	{0x0778, 0x0779, 1},
}}

// textByDefault is the characters that are pictures only if that is said, by
// Unicode's list of emoji. Behind all others saying it changes nothing.
var textByDefault = &unicode.RangeTable{
	LatinOffset: 1,
	R16: []unicode.Range16{
		{0x00a9, 0x00ae, 5},
		{0x203c, 0x203c, 1},
		{0x2049, 0x2049, 1},
		{0x2122, 0x2122, 1},
		{0x2139, 0x2139, 1},
		{0x2194, 0x2199, 1},
		{0x21a9, 0x21aa, 1},
		{0x2328, 0x2328, 1},
		{0x23cf, 0x23cf, 1},
		{0x23ed, 0x23ef, 1},
		{0x23f1, 0x23f2, 1},
		{0x23f8, 0x23fa, 1},
		{0x24c2, 0x24c2, 1},
		{0x25aa, 0x25ab, 1},
		{0x25b6, 0x25b6, 1},
		{0x25c0, 0x25c0, 1},
		{0x25fb, 0x25fc, 1},
		{0x2600, 0x2604, 1},
		{0x260e, 0x260e, 1},
		{0x2611, 0x2611, 1},
		{0x2618, 0x2618, 1},
		{0x261d, 0x261d, 1},
		{0x2620, 0x2620, 1},
		{0x2622, 0x2623, 1},
		{0x2626, 0x2626, 1},
		{0x262a, 0x262a, 1},
		{0x262e, 0x262f, 1},
		{0x2638, 0x263a, 1},
		{0x2640, 0x2640, 1},
		{0x2642, 0x2642, 1},
		{0x265f, 0x2660, 1},
		{0x2663, 0x2663, 1},
		{0x2665, 0x2666, 1},
		{0x2668, 0x2668, 1},
		{0x267b, 0x267b, 1},
		{0x267e, 0x267e, 1},
		{0x2692, 0x2692, 1},
		{0x2694, 0x2697, 1},
		{0x2699, 0x2699, 1},
		{0x269b, 0x269c, 1},
		{0x26a0, 0x26a0, 1},
		{0x26a7, 0x26a7, 1},
		{0x26b0, 0x26b1, 1},
		{0x26c8, 0x26c8, 1},
		{0x26cf, 0x26cf, 1},
		{0x26d1, 0x26d3, 2},
		{0x26e9, 0x26e9, 1},
		{0x26f0, 0x26f1, 1},
		{0x26f4, 0x26f4, 1},
		{0x26f7, 0x26f9, 1},
		{0x2702, 0x2702, 1},
		{0x2708, 0x2709, 1},
		{0x270c, 0x270d, 1},
		{0x270f, 0x270f, 1},
		{0x2712, 0x2712, 1},
		{0x2714, 0x2716, 2},
		{0x271d, 0x271d, 1},
		{0x2721, 0x2721, 1},
		{0x2733, 0x2734, 1},
		{0x2744, 0x2744, 1},
		{0x2747, 0x2747, 1},
		{0x2763, 0x2764, 1},
		{0x27a1, 0x27a1, 1},
		{0x2934, 0x2935, 1},
		{0x2b05, 0x2b07, 1},
		{0x3030, 0x3030, 1},
		{0x303d, 0x303d, 1},
		{0x3297, 0x3299, 2},
	},
	R32: []unicode.Range32{
		{0x1f170, 0x1f171, 1},
		{0x1f17e, 0x1f17f, 1},
		{0x1f202, 0x1f202, 1},
		{0x1f237, 0x1f237, 1},
		{0x1f321, 0x1f321, 1},
		{0x1f324, 0x1f32c, 1},
		{0x1f336, 0x1f336, 1},
		{0x1f37d, 0x1f37d, 1},
		{0x1f396, 0x1f397, 1},
		{0x1f399, 0x1f39b, 1},
		{0x1f39e, 0x1f39f, 1},
		{0x1f3cb, 0x1f3ce, 1},
		{0x1f3d4, 0x1f3df, 1},
		{0x1f3f3, 0x1f3f3, 1},
		{0x1f3f5, 0x1f3f7, 2},
		{0x1f43f, 0x1f441, 2},
		{0x1f4fd, 0x1f4fd, 1},
		{0x1f549, 0x1f54a, 1},
		{0x1f56f, 0x1f570, 1},
		{0x1f573, 0x1f579, 1},
		{0x1f587, 0x1f587, 1},
		{0x1f58a, 0x1f58d, 1},
		{0x1f590, 0x1f590, 1},
		{0x1f5a5, 0x1f5a8, 3},
		{0x1f5b1, 0x1f5b2, 1},
		{0x1f5bc, 0x1f5bc, 1},
		{0x1f5c2, 0x1f5c4, 1},
		{0x1f5d1, 0x1f5d3, 1},
		{0x1f5dc, 0x1f5de, 1},
		{0x1f5e1, 0x1f5e3, 2},
		{0x1f5e8, 0x1f5e8, 1},
		{0x1f5ef, 0x1f5ef, 1},
		{0x1f5f3, 0x1f5f3, 1},
		{0x1f5fa, 0x1f5fa, 1},
		{0x1f6cb, 0x1f6cb, 1},
		{0x1f6cd, 0x1f6cf, 1},
		{0x1f6e0, 0x1f6e5, 1},
		{0x1f6e9, 0x1f6e9, 1},
		{0x1f6f0, 0x1f6f3, 3},
	},
}
