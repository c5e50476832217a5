package report

import (
	"errors"
	"strings"
	"testing"
	"time"
)

type found struct {
	Rooms    int `json:"rooms"`
	failures []string
}

func (f found) Failures() []string { return f.failures }

func (f found) Print(p *Printer) {
	p.Line("a run")
	p.Row("name", "rooms", "took")
	p.Row("longer name", f.Rooms, 1234*time.Microsecond)
	p.Field("label", "%d of %d", 1, 2)
}

func TestText(t *testing.T) {
	table := "a run\nname         rooms  took\nlonger name  3      1.23ms\nlabel        1 of 2\n"
	for name, tc := range map[string]struct {
		failures []string
		want     string
	}{
		"passed":        {nil, table + "PASSED\n"},
		"failed":        {[]string{"a", "b"}, table + "  a\n  b\nFAILED\n"},
		"failed a lot":  {make([]string, 23), table + strings.Repeat("  \n", 20) + "  … and 3 more\nFAILED\n"},
		"failed enough": {make([]string, 20), table + strings.Repeat("  \n", 20) + "FAILED\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := found{3, tc.failures}
			var got strings.Builder
			if err := WriteText(&got, r); err != nil || got.String() != tc.want {
				t.Errorf("got\n%s%v, want\n%s", got.String(), err, tc.want)
			}
			if want := len(tc.failures) == 0; Passed(r) != want {
				t.Errorf("got passed %v, want %v", Passed(r), want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	var got strings.Builder
	const want = "{\n  \"rooms\": 3\n}\n"
	if err := WriteJSON(&got, found{3, nil}); err != nil || got.String() != want {
		t.Errorf("got %s, %v, want %s", got.String(), err, want)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorIsReturned(t *testing.T) {
	if err := WriteText(brokenWriter{}, found{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, errBroken)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "0s",
		999:                       "999ns",
		12345:                     "12.3µs",
		1234567:                   "1.23ms",
		250340 * time.Microsecond: "250ms",
		12345 * time.Millisecond:  "12.3s",
		-1234567:                  "-1.23ms",
		9996 * time.Microsecond:   "10ms",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}

func TestCounts(t *testing.T) {
	if got := Counts(map[string]int{"b": 2, "a": 1}); got != "a: 1, b: 2" {
		t.Errorf("got %q, want %q", got, "a: 1, b: 2")
	}
	if got := Counts[int](nil); got != "none" {
		t.Errorf("got %q, want none", got)
	}
}
