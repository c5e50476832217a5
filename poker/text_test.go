package poker_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"example.com/pokey/poker"
)

func TestCleanName(t *testing.T) {
	family := "👨\u200d👩\u200d👧\u200d👦"
	for _, test := range []struct {
		what, in string
		want     string // empty: refused
	}{
		{"plain", "Ada", "Ada"},
		{"trimmed", " \u00a0Ada\u3000", "Ada"},
		{"space within", "Ada Lovelace", "Ada Lovelace"},
		{"a digit", "7", "7"},
		{"composed", "Zoe\u0308", "Zo\u00eb"},
		{"Hangul jamo", "\u1112\u1161\u11ab", "\ud55c"},
		{"Devanagari", "क्षत्रिय", "क्षत्रिय"},
		{"Persian with a non-joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"family with a letter", "A" + family, "A" + family},
		{"flag and skin tone", "A 🇩🇪 👋🏾", "A 🇩🇪 👋🏾"},
		{"forty", strings.Repeat("ё", 40), strings.Repeat("ё", 40)},
		{"forty after trimming", " " + strings.Repeat("x", 40) + " ", strings.Repeat("x", 40)},
		{"forty of two code points", strings.Repeat("q\u0301", 40), strings.Repeat("q\u0301", 40)},
		{"four marks", "q\u0323\u0324\u0325\u0331x", "q\u0323\u0324\u0325\u0331x"},
		{"the owner's look-alike", "Оlga", "Оlga"},

		{"nothing", "", ""},
		{"blank", " \u00a0\u2003", ""},
		{"zero width only", "\u200b\u200c\u200d\u2060\ufeff", ""},
		{"a blank letter", "\u3164", ""},
		{"punctuation only", "-_-", ""},
		{"emoji only", family, ""},
		{"forty-one", strings.Repeat("ё", 41), ""},
		{"eight families: 200 bytes", strings.Repeat(family, 7) + strings.Repeat("x", 25), strings.Repeat(family, 7) + strings.Repeat("x", 25)},
		{"201 bytes", strings.Repeat(family, 7) + strings.Repeat("x", 26), ""},
		{"one endless character", "A" + strings.Repeat("\u0e31", 4) + strings.Repeat("\u200d", 100), "A" + strings.Repeat("\u0e31", 4)},
		{"five marks", "q\u0301\u0301\u0301\u0301\u0301", ""},
		{"five marks, one of them composed", "a\u0301\u0301\u0301\u0301\u0301", ""},
		{"five marks around a joiner", "q\u0301\u0301\u0301\u200d\u0301\u0301", ""},
		{"zalgo", "a" + strings.Repeat("\u0335", 64), ""},
		{"not UTF-8", "Ada\xc3", ""},
		{"a surrogate", "Ada\xed\xa0\x80", ""},
		{"overlong", "Ada\xc0\x80", ""},
		{"new line", "Ada\nERROR", ""},
		{"new line at the end", "Ada\n", ""},
		{"escape", "Ada\x1b[31m", ""},
		{"C1", "Ada\u0085", ""},
		{"delete", "Ada\x7f", ""},
		{"line separator", "Ada\u2028", ""},
		{"paragraph separator", "Ada\u2029", ""},
		{"override", "\u202eadA", ""},
		{"embedding", "\u202aAda", ""},
		{"isolate", "\u2067Ada\u2069", ""},
		{"left-to-right mark", "Ada\u200e", ""},
		{"right-to-left mark", "Ada\u200f", ""},
		{"Arabic letter mark", "Ada\u061c", ""},
		{"tags", "Ada\U000e0041\U000e007f", ""},
		{"private use", "Ada\ue000", ""},
		{"private plane", "Ada\U00100000", ""},
		{"noncharacter", "Ada\ufffe", ""},
		{"noncharacter of a plane", "Ada\U0001ffff", ""},
		{"newer than the tables", "Ada\u0378", "Ada\u0378"},
		{"the flag of Scotland", "Isla 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "Isla 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"},
	} {
		got, err := poker.CleanName(test.in)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: %q, %v; want %q", test.what, got, err, test.want)
		}
		if err != nil && !errors.Is(err, poker.ErrInvalidName) {
			t.Errorf("%s: got error %v, want ErrInvalidName", test.what, err)
		}
	}
}

func TestLengths(t *testing.T) {
	thai := "ที่" // one character of nine bytes
	for _, test := range []struct {
		what  string
		clean func(string) (string, error)
		in    string
		err   error
	}{
		{"empty topic", poker.CleanTopic, "", nil},
		{"topic is not trimmed", poker.CleanTopic, " spaced ", nil},
		{"200 characters", poker.CleanTopic, strings.Repeat("é", 200), nil},
		{"201 characters", poker.CleanTopic, strings.Repeat("é", 201), poker.ErrInvalidTopic},
		{"1023 bytes of Thai", poker.CleanTopic, strings.Repeat(thai, 113) + "é" + "x" + "x" + "x" + "x", nil},
		{"1024 bytes", poker.CleanTopic, strings.Repeat("🙂", 199) + strings.Repeat(thai, 1), nil},
		{"1026 bytes of Thai", poker.CleanTopic, strings.Repeat(thai, 114), poker.ErrInvalidTopic},
		{"topic with a new line", poker.CleanTopic, "a\nb", poker.ErrInvalidTopic},
		{"empty comment", poker.CleanComment, "", nil},
		{"500 characters", poker.CleanComment, strings.Repeat("🙂", 500), nil},
		{"501 characters", poker.CleanComment, strings.Repeat("🙂", 501), poker.ErrInvalidEstimate},
		{"4096 bytes", poker.CleanComment, strings.Repeat(thai, 455) + "x", nil},
		{"4097 bytes", poker.CleanComment, strings.Repeat(thai, 455) + "xx", poker.ErrInvalidEstimate},
		{"comment of one endless character", poker.CleanComment, "a" + strings.Repeat("\u1abe", 1400), poker.ErrInvalidEstimate},
	} {
		got, err := test.clean(test.in)
		if !errors.Is(err, test.err) || err == nil && got != test.in {
			t.Errorf("%s: got %q, %v, want %v", test.what, got, err, test.err)
		}
	}
}

// TestInvisible takes out what nobody sees, and leaves it where something would
// look otherwise without it.
func TestInvisible(t *testing.T) {
	same := func(what, s string) [3]string { return [3]string{what, s, s} }
	for _, test := range [][3]string{
		{"zero width space", "Ol\u200bga", "Olga"},
		{"soft hyphen", "Ol\u00adga", "Olga"},
		{"word joiner and byte order mark", "\ufeffOl\u2060ga", "Olga"},
		{"grapheme joiner between a letter and its mark", "Zoe\u034f\u0308", "Zoë"},
		{"joiners between Latin letters", "Ol\u200d\u200cga", "Olga"},
		{"joiners at the ends", "\u200dOlga\u200c", "Olga"},
		{"Hangul filler", "Olga\u3164\u115f\u1160\uffa0", "Olga"},
		{"variation selectors of letters", "O\ufe0flga\ufe0e\U000e0100", "Olga"},
		{"invisible operators", "5\u2062\u2063", "5"},
		{"Khmer inherent vowels", "ក\u17b4", "ក"},
		{"musical marks", "a\U0001d173", "a"},
		{"interlinear annotation", "a\ufff9b\ufffbc", "abc"},
		{"Mongolian variants of Latin letters", "a\u180b\u180e", "a"},
		{"an emoji said to be one", "a ☕\ufe0f 😀\ufe0f", "a ☕ 😀"},
		{"non-joiner behind a letter that does not join", "دا\u200cود", "داود"},
		{"joiner between letters that join anyway", "مح\u200dمد", "محمد"},
		{"two joiners where one is needed", "می\u200c\u200cخواهم", "می\u200cخواهم"},
		{"joiner without a picture before it", "a\u200d😀", "a😀"},
		{"joiner without a picture behind it", "a 😀\u200d b", "a 😀 b"},
		{"a number of its own", "5\ufe0f", "5"},

		same("Persian", "می\u200cخواهم"),
		same("Persian with a mark", "می\u0650\u200cخواهم"),
		same("Devanagari, tied by a joiner", "क्\u200dष"),
		same("Devanagari, kept apart", "क्\u200cष"),
		same("Mongolian", "ᠮᠣ\u180bᠩ\u180eᠠ"),
		same("Arabic number sign", "\u0600\u0661"),
		same("family", "a 👨\u200d👩\u200d👧"),
		same("profession with a tone of skin", "a 👩🏽\u200d⚕\ufe0f"),
		same("rainbow flag", "a 🏳\ufe0f\u200d🌈"),
		same("heart on fire", "a ❤\ufe0f\u200d🔥"),
		same("nodding", "a 🙂\u200d↕\ufe0f"),
		same("keycap", "1\ufe0f\u20e3"),
		same("Scotland", "a 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"),
	} {
		what, in, want := test[0], test[1], test[2]
		for kind, clean := range map[string]func(string) (string, error){
			"name": poker.CleanName, "topic": poker.CleanTopic, "comment": poker.CleanComment, "value": value,
		} {
			if kind == "name" && !strings.ContainsFunc(want, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
				continue
			}
			if got, err := clean(in); got != want || err != nil {
				t.Errorf("%s, as a %s: %+q, %v; want %+q", what, kind, got, err, want)
			}
		}
	}
}

// value is an estimate's value as a room without cards takes it.
func value(s string) (string, error) {
	room := poker.NewRoom("kitchen", "e1", "olga", start, poker.Deck{Name: "free"})
	if _, err := room.Apply(start, poker.Join{By: "ada"}, poker.Limits{}); err != nil {
		return "", err
	}
	if _, err := room.Apply(start, poker.Estimate{By: "ada", Value: s}, poker.Limits{}); err != nil {
		return "", err
	}
	return room.Own("ada").Value, nil
}

func TestErrorsTellNothing(t *testing.T) {
	for _, clean := range []func(string) (string, error){poker.CleanName, poker.CleanTopic, poker.CleanComment} {
		if got, err := clean(canary + "\n"); got != "" || err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("got %q, %v, want an error without the text", got, err)
		}
	}
}

// FuzzText checks what every text that passes has in common, with rules
// written down a second time.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Ada", " Zoe\u0308 ", "👩🏽\u200d💻", "\u202e", "a\u0301\u0301\u0301\u0301\u0301", "\u0958\u1112\u1161\u11ab", "\xff", " \u0301a", "½"} {
		f.Add(s)
	}
	cleaners := []struct {
		clean func(string) (string, error)
		err   error
		max   int
		bytes int
	}{
		{poker.CleanName, poker.ErrInvalidName, 40, 200},
		{poker.CleanTopic, poker.ErrInvalidTopic, 200, 1024},
		{poker.CleanComment, poker.ErrInvalidEstimate, 500, 4096},
		{func(s string) (string, error) {
			d, err := poker.Deck{Name: "d", Cards: []string{s}}.Clean()
			return strings.Join(d.Cards, ""), err
		}, poker.ErrInvalidDeck, 8, 64},
		{func(s string) (string, error) {
			d, err := poker.Deck{Name: s}.Clean()
			return d.Name, err
		}, poker.ErrInvalidDeck, 40, 200},
		{value, poker.ErrInvalidEstimate, 16, 128},
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, c := range cleaners {
			got, err := c.clean(s)
			if err != nil {
				if got != "" || !errors.Is(err, c.err) {
					t.Fatalf("cleaner %d: got %q, %v, want %v", i, got, err, c.err)
				}
				continue
			}
			if again, err := c.clean(got); err != nil || again != got {
				t.Fatalf("cleaner %d: cleaning %q again: got %q, %v, want no change", i, got, again, err)
			}
			if len(got) > c.bytes || uniseg.GraphemeClusterCount(got) > c.max {
				t.Fatalf("cleaner %d: got %q, want at most %d characters and %d bytes", i, got, c.max, c.bytes)
			}
			if fault := faultOf(got); fault != "" {
				t.Fatalf("cleaner %d: got %q: %s", i, got, fault)
			}
		}
	})
}

func isTag(c rune) bool { return c >= 0xe0000 && c <= 0xe007f }

// faultOf says why a text should not have passed.
func faultOf(s string) string {
	if !utf8.ValidString(s) {
		return "not UTF-8"
	}
	if !norm.NFC.IsNormalString(s) {
		return "not NFC"
	}
	for _, c := range s {
		switch {
		case c < 0x20, c >= 0x7f && c < 0xa0, c == 0x2028, c == 0x2029:
			return "control"
		case c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069, c == 0x200e, c == 0x200f, c == 0x061c:
			return "bidirectional control"
		case c >= 0xe000 && c <= 0xf8ff, c >= 0xf0000:
			return "private use"
		case c == 0xad, c == 0x34f, c >= 0x200b && c <= 0x200b, c >= 0x2060 && c <= 0x2064, c == 0xfeff, c == 0x115f, c == 0x1160, c == 0x3164, c == 0xffa0, c == 0xfe0e:
			return "invisible"
		case c&0xfffe == 0xfffe, c >= 0xfdd0 && c <= 0xfdef:
			return "noncharacter"
		}
	}
	for i, c := range s {
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); isTag(c) && !isTag(before) && before != '🏴' {
			return "tag"
		}
	}
	run := 0
	for _, c := range s {
		if run++; !unicode.Is(unicode.M, c) {
			run = 0
		}
		if run > 4 {
			return "marks"
		}
	}
	return ""
}
