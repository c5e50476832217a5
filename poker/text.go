package poker

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// The greatest lengths of texts, in characters as readers count them (grapheme
// clusters).
const (
	NameLength     = 40
	TopicLength    = 200
	CommentLength  = 500
	ValueLength    = 16 // of an estimate, where the deck has no cards
	CardLength     = 16
	DeckNameLength = 40
	KeyLength      = 40 // of a story in its tracker
	DeckSize       = 40 // cards
)

// The greatest lengths of texts in bytes of UTF-8: a character can consist of many.
const (
	NameBytes     = 200
	TopicBytes    = 1024
	CommentBytes  = 4096
	ValueBytes    = 128
	CardBytes     = 128
	DeckNameBytes = 200
	KeyBytes      = 200
	URLBytes      = 500 // of a story in its tracker
)

// maxMarks limits the combining marks on a base: enough for any language, too few
// to climb out of a line.
const maxMarks = 4

// limit limits the length of a text, in characters and in bytes.
type limit struct{ min, max, bytes int }

// maxBytes limits the bytes of one character, which can consist of any number of
// code points. The longest in use, an emoji of a family or the flag of a country in
// a country, take no more than 28.
const maxBytes = 32

var (
	nameText    = limit{1, NameLength, NameBytes}
	topicText   = limit{0, TopicLength, TopicBytes}
	commentText = limit{0, CommentLength, CommentBytes}
	valueText   = limit{1, ValueLength, ValueBytes}
	cardText    = limit{1, CardLength, CardBytes}
	deckName    = limit{1, DeckNameLength, DeckNameBytes}
	keyText     = limit{1, KeyLength, KeyBytes}
)

var (
	errUTF8      = errors.New("not UTF-8")
	errLength    = errors.New("too short or too long")
	errCharacter = errors.New("a character that is not allowed")
	errMarks     = errors.New("too many combining marks")
	errSpace     = errors.New("space at an end")
	errNoLetter  = errors.New("neither a letter nor a digit")
)

// CleanName returns a name in NFC and trimmed, or an error that wraps
// [ErrInvalidName]. A name has 1 to [NameLength] characters, at most [NameBytes]
// bytes and at least one letter or digit.
//
// All texts are UTF-8, and have no control characters, line or paragraph
// separators, bidirectional controls, private-use code points or noncharacters, no
// tags except in flags, and no more than four combining marks on a base. Other text
// is refused and not mended, so that nobody sees other words than were typed.
// Characters newer than this program's Unicode tables are accepted. Invisible
// characters are removed, since two texts that look the same could differ by them.
func CleanName(s string) (string, error) {
	name, err := cleanTrimmed(s, nameText)
	if err == nil && !strings.ContainsFunc(name, legible) {
		err = errNoLetter
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalidName, err)
	}
	return name, nil
}

// CleanTopic returns a topic in NFC, or an error that wraps [ErrInvalidTopic]. A
// topic has at most [TopicLength] characters and [TopicBytes] bytes, and may be
// empty.
func CleanTopic(s string) (string, error) {
	topic, err := clean(s, topicText)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalidTopic, err)
	}
	return topic, nil
}

// CleanComment returns the comment of an estimate in NFC, or an error that wraps
// [ErrInvalidEstimate]. A comment has at most [CommentLength] characters and
// [CommentBytes] bytes, and may be empty.
func CleanComment(s string) (string, error) {
	comment, err := clean(s, commentText)
	if err != nil {
		return "", fmt.Errorf("%w: its comment: %w", ErrInvalidEstimate, err)
	}
	return comment, nil
}

// cleanTrimmed cleans a text that may have space around it.
func cleanTrimmed(s string, l limit) (string, error) {
	s, err := normal(s)
	if err != nil {
		return "", err
	}
	s = strings.TrimSpace(s)
	return s, l.check(s)
}

// cleanValue cleans a card or a value. It may have no space around it, so that no
// two look the same for that reason.
func cleanValue(s string, l limit) (string, error) {
	s, err := clean(s, l)
	if err == nil && s != strings.TrimSpace(s) {
		err = errSpace
	}
	return s, err
}

func clean(s string, l limit) (string, error) {
	s, err := normal(s)
	if err != nil {
		return "", err
	}
	return s, l.check(s)
}

// normal returns a text in NFC without invisible characters. It refuses characters
// that no text may contain.
func normal(s string) (string, error) {
	if !utf8.ValidString(s) { // first: norm promises nothing for other text
		return "", errUTF8
	}
	s = visible(norm.NFC.String(s))
	if strings.ContainsFunc(s, forbidden) || tagged(s) {
		return "", errCharacter
	}
	if overloaded(s) {
		return "", errMarks
	}
	return s, nil
}

// overloaded reports whether a base carries more than maxMarks combining marks. NFC
// hides some of them in the base.
func overloaded(s string) bool {
	marks := 0
	for _, c := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.M, c):
			if marks++; marks > maxMarks {
				return true
			}
		case !unicode.Is(unicode.Cf, c): // a joiner is no base for more marks
			marks = 0
		}
	}
	return false
}

func (l limit) check(s string) error {
	if len(s) > l.bytes {
		return errLength
	}
	characters, state := 0, -1
	for s != "" {
		var character string
		character, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		characters++
		if characters > l.max || len(character) > maxBytes {
			return errLength
		}
	}
	if characters < l.min {
		return errLength
	}
	return nil
}

// forbidden reports whether no text may contain the character.
func forbidden(c rune) bool {
	if c >= ' ' && c <= '~' {
		return false
	}
	return unicode.In(c,
		unicode.Cc,             // control
		unicode.Zl, unicode.Zp, // line and paragraph separators
		unicode.Bidi_Control,
		unicode.Co, // private use
		unicode.Noncharacter_Code_Point,
	)
}

// tagged reports whether a text has tags anywhere but after a black flag. After a
// flag, tags name its country; elsewhere they spell out text that nobody sees.
func tagged(s string) bool {
	const blackFlag, firstTag, lastTag = 0x1F3F4, 0xE0000, 0xE007F
	flag := false
	for _, c := range s {
		tag := c >= firstTag && c <= lastTag
		if tag && !flag {
			return true
		}
		flag = tag || c == blackFlag
	}
	return false
}

// legible reports whether a character is a visible letter or digit. Some letters,
// such as the Hangul fillers, are blank.
func legible(c rune) bool {
	return (unicode.IsLetter(c) || unicode.IsDigit(c)) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c)
}
