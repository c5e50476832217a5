package poker

import (
	"fmt"
	"net/url"
	"strings"
)

// Story is what a round is about: its title and, where known, how the tracker it
// comes from calls it, where it is there, and what it was estimated before. The
// zero Story is that of a round whose topic nobody has set. Stories can be compared.
type Story struct {
	ID       TopicID // on the list of topics, and from there to the table; else zero
	Title    string
	Key      string // such as PROJ-12
	URL      string
	Estimate string // of before; in whatever unit
}

// TopicID names a topic of a room's list for as long as it is there, however its texts
// and its place change. No other topic of the room ever has it.
type TopicID int64

// clean returns the story as a room keeps it, without an id, or an error that is [ErrInvalidTopic].
// A title has at most [TopicLength] characters. A key has at most [KeyLength], an
// estimate at most [ValueLength], and either may be missing, as may the address,
// which is absolute, begins with http or https, and has at most [URLBytes] bytes.
func (s Story) clean() (Story, error) {
	title, err := CleanTopic(s.Title)
	if err != nil {
		return Story{}, err
	}
	key, err := optional(s.Key, keyText)
	if err != nil {
		return Story{}, fmt.Errorf("%w: its key: %w", ErrInvalidTopic, err)
	}
	estimate, err := optional(s.Estimate, valueText)
	if err != nil {
		return Story{}, fmt.Errorf("%w: its estimate: %w", ErrInvalidTopic, err)
	}
	if !validURL(s.URL) {
		return Story{}, fmt.Errorf("%w: its address", ErrInvalidTopic)
	}
	return Story{Title: title, Key: key, URL: s.URL, Estimate: estimate}, nil
}

// optional cleans a value that may be missing.
func optional(s string, l limit) (string, error) {
	if s == "" {
		return "", nil
	}
	return cleanValue(s, l)
}

// validURL reports whether a browser can be sent to an address. Everybody in the room sees
// the link, so it may not run a script and must not pretend to be another host by a
// user name in front.
func validURL(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > URLBytes || strings.ContainsAny(s, " \\<>\"`") {
		return false
	}
	if _, err := normal(s); err != nil {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || strings.ContainsFunc(u.Hostname(), func(c rune) bool { return c > '~' }) {
		return false // a browser writes such a host in ASCII; one that looks like another is none
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// unlisted is the story without an id.
func (s Story) unlisted() Story {
	s.ID = 0
	return s
}

// size is how many bytes of text the story has.
func (s Story) size() int { return len(s.Title) + len(s.Key) + len(s.URL) + len(s.Estimate) }
