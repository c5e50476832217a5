package poker

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scale says which values of a deck, or of a round without one, are numbers. It is
// the one rule for that: clients are told what follows from it.
//
// A number is written with a decimal point or comma (0.5, 0,5, .5), with commas
// between thousands (1,000), as a fraction (1/2, 1 1/2), or with a character for one
// (½, 1½), and may be negative. A unit before or behind it, such as € or days, counts
// if all values but ?, ☕, ∞ and 0 have it.
type scale struct{ unit unit }

// unit is what stands before and behind a number.
type unit struct{ before, after string }

// scaleOf is the scale of the cards of a deck, or of values that were given without one.
func scaleOf(values []string) scale {
	var s scale
	for _, v := range values {
		x, u, ok := measure(v)
		switch {
		case special(v) || ok && x == 0 && u == unit{}:
		case !ok || u == unit{}:
			return scale{}
		case s.unit == unit{}:
			s.unit = u
		case !s.unit.same(u):
			return scale{}
		}
	}
	return s
}

// number is a value as a number, if it is one on this scale.
func (s scale) number(value string) (float64, bool) {
	x, u, ok := measure(value)
	if !ok || special(value) {
		return 0, false
	}
	return x, u == s.unit || u.same(s.unit) || x == 0 && u == unit{}
}

// rank returns those of the values that mean more or less than each other, from low to
// high: the numbers, or if there is none all but ?, ☕ and ∞, in their order.
func (s scale) rank(values []string) []string {
	type step struct {
		value  string
		number float64
	}
	var numbers []step
	for _, v := range values {
		if x, ok := s.number(v); ok {
			numbers = append(numbers, step{v, x})
		}
	}
	if len(numbers) == 0 {
		return slices.DeleteFunc(slices.Clone(values), special)
	}
	slices.SortStableFunc(numbers, func(a, b step) int { return cmp.Compare(a.number, b.number) })
	steps := make([]string, len(numbers))
	for i, n := range numbers {
		steps[i] = n.value
	}
	return steps
}

// ranks reports whether a value is a step of the deck; without a deck, whether it is none
// of ?, ☕ and ∞.
func (d Deck) ranks(value string) bool {
	if len(d.Cards) == 0 {
		return !special(value)
	}
	return slices.Contains(scaleOf(d.Cards).rank(d.Cards), value)
}

// same allows for a plural: one day, two days.
func (u unit) same(o unit) bool { return u.before == o.before && sameWord(u.after, o.after) }

func sameWord(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	ending, ok := strings.CutPrefix(strings.ToLower(b), strings.ToLower(a))
	return ok && (ending == "" || utf8.RuneCountInString(a) > 1 && utf8.RuneCountInString(ending) <= 2)
}

// special reports whether a card stands beside the scale and not on it. Keyboards
// may add the emoji variation selector.
func special(card string) bool {
	switch strings.TrimSuffix(card, "\ufe0f") {
	case "?", "☕", "∞":
		return true
	}
	return false
}

// fractions are the characters that stand for one.
var fractions = map[rune]float64{
	'¼': 1. / 4, '½': 1. / 2, '¾': 3. / 4, '⅓': 1. / 3, '⅔': 2. / 3, '⅕': 1. / 5, '⅖': 2. / 5, '⅗': 3. / 5, '⅘': 4. / 5,
	'⅙': 1. / 6, '⅚': 5. / 6, '⅛': 1. / 8, '⅜': 3. / 8, '⅝': 5. / 8, '⅞': 7. / 8, '⅐': 1. / 7, '⅑': 1. / 9, '⅒': 1. / 10,
}

func numeric(c rune) bool { return '0' <= c && c <= '9' || fractions[c] != 0 }

// measure reads a number and its unit.
func measure(value string) (float64, unit, bool) {
	start := strings.IndexFunc(value, numeric)
	if start < 0 {
		return 0, unit{}, false
	}
	end := strings.LastIndexFunc(value, numeric)
	_, size := utf8.DecodeRuneInString(value[end:])
	end += size
	before, digits, after := value[:start], value[start:end], value[end:]
	if rest, ok := cutSeparator(before); ok {
		before, digits = rest, "0."+digits
	}
	after = strings.TrimPrefix(after, ".") // 5. is how some write 5
	x, ok := read(digits)
	switch before {
	case "-", "−":
		x, before = 0-x, ""
	}
	return x, unit{strings.TrimSpace(before), strings.TrimSpace(after)}, ok
}

func cutSeparator(s string) (string, bool) {
	if rest, ok := strings.CutSuffix(s, "."); ok {
		return rest, true
	}
	return strings.CutSuffix(s, ",")
}

// read reads a number that begins and ends with a digit or a fraction.
func read(s string) (float64, bool) {
	if last, size := utf8.DecodeLastRuneInString(s); fractions[last] != 0 {
		whole := strings.TrimSuffix(s[:len(s)-size], " ")
		if whole == "" {
			return fractions[last], true
		}
		x, ok := natural(whole)
		return x + fractions[last], ok
	}
	if above, below, ok := strings.Cut(strings.ReplaceAll(s, "⁄", "/"), "/"); ok {
		whole, ok := 0., true
		if i := strings.IndexByte(above, ' '); i >= 0 {
			whole, ok = natural(above[:i])
			above = above[i+1:]
		}
		x, okAbove := natural(above)
		y, okBelow := natural(below)
		return whole + x/y, ok && okAbove && okBelow && y != 0
	}
	return decimal(s)
}

// natural reads digits and nothing else.
func natural(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// decimal reads a number with a decimal point or comma, or with commas between
// thousands.
func decimal(s string) (float64, bool) {
	whole, part, split := cutAny(s, ".,")
	if !split {
		return natural(s)
	}
	if thousands(s) {
		whole, part, _ = strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
		part += "0"
	}
	_, okWhole := natural(whole)
	_, okPart := natural(part)
	x, err := strconv.ParseFloat(whole+"."+part, 64)
	return x, okWhole && okPart && err == nil
}

func cutAny(s, chars string) (before, after string, found bool) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// thousands reports whether the commas of a number stand between thousands: there are three
// digits behind each, and before the first one to three, of which the first is not 0.
func thousands(s string) bool {
	groups := strings.Split(s[:len(s)-len(strings.TrimLeft(s, "0123456789,"))], ",")
	if len(groups) < 2 || len(groups[0]) < 1 || len(groups[0]) > 3 || groups[0][0] == '0' {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}
