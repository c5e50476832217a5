package operator

import (
	"fmt"
	"regexp"
	"time"
)

// bytesText writes a number of bytes for people.
func bytesText(n float64) string {
	for _, unit := range []string{"B", "kB", "MB"} {
		if n < 1000 {
			return fmt.Sprintf("%.3g %s", n, unit)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.3g GB", n)
}

// secondsText writes a duration in seconds for people.
func secondsText(s float64) string {
	switch {
	case s < 0.001:
		return fmt.Sprintf("%.2g ms", s*1000)
	case s < 1:
		return fmt.Sprintf("%.3g ms", s*1000)
	default:
		return fmt.Sprintf("%.3g s", s)
	}
}

func numberText(n float64) string {
	if n >= 100 || n == float64(int64(n)) {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.2g", n)
}

// spanText writes for how long something has been, in its largest unit.
func spanText(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return count(max(int(d.Seconds()), 0), "second", "seconds")
	case d < 2*time.Hour:
		return count(int(d.Minutes()), "minute", "minutes")
	case d < 48*time.Hour:
		return count(int(d.Hours()), "hour", "hours")
	default:
		return count(int(d.Hours()/24), "day", "days")
	}
}

var flagName = regexp.MustCompile(`\B-[a-z][a-z-]*[a-z]`)

// piece is a part of a sentence; a flag is not broken across lines.
type piece struct {
	Text string
	Flag bool
}

// words splits a sentence at the flags that it names.
func words(sentence string) (all []piece) {
	end := 0
	for _, at := range flagName.FindAllStringIndex(sentence, -1) {
		all = append(all, piece{Text: sentence[end:at[0]]}, piece{Text: sentence[at[0]:at[1]], Flag: true})
		end = at[1]
	}
	return append(all, piece{Text: sentence[end:]})
}
