package transport

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// languageCookie has the language that the user has chosen on the page. The page
// sets it; it is nobody's credential.
const languageCookie = "pokey_language"

// maxWishes limits how many languages of a request are looked at.
const maxWishes = 20

// languageOf returns the language of those spoken that the request's user wants
// most: the one they have chosen, or else the first of their browser's. The page
// chooses by the same rule (boot.js).
func languageOf(r *http.Request, spoken func(language string) bool) string {
	if cookie, err := r.Cookie(languageCookie); err == nil && spoken(cookie.Value) {
		return cookie.Value
	}
	for _, wish := range wishes(r.Header.Values("Accept-Language")) {
		if spoken(wish) {
			return wish
		}
	}
	return fallback
}

// wishes returns the languages of Accept-Language without their regions, the most
// wanted first.
func wishes(header []string) []string {
	type wish struct {
		language string
		weight   float64
	}
	var all []wish
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		if len(all) == maxWishes {
			break
		}
		tag, parameter, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		weight := 1.0
		if text, ok := strings.CutPrefix(parameter, "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if weight > 0 {
			all = append(all, wish{language, weight})
		}
	}
	slices.SortStableFunc(all, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	languages := make([]string, len(all))
	for i, wish := range all {
		languages[i] = wish.language
	}
	return languages
}
