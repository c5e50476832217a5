package chaos

import (
	"strings"
	"testing"
	"time"
)

func TestLongestGap(t *testing.T) {
	start := time.Now()
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	// Asked at 1 and 3; the second only goes out, over a new connection, at 4.
	changes := []change{{1, at(1), at(1), at(1.1)}, {2, at(3), at(4), at(4.2)}}
	for _, tc := range []struct {
		name string
		gaps gaps
		want float64
		text string
	}{
		{"at once", gaps{changes: changes, sightings: []sighting{{1, at(1.1)}, {2, at(4.3)}}}, 0.3, "topic 2 asked for at +3.000, sent at +4.000, answered at +4.200, seen at +4.300"},
		{"the owner's own time counts for the owner", gaps{owner: true, changes: changes, sightings: []sighting{{1, at(1.1)}, {2, at(4.3)}}}, 1.3, "seen at +4.300"},
		{"a later change shows the earlier one", gaps{changes: changes, sightings: []sighting{{2, at(4.5)}}}, 3.5, "topic 1"},
		{"seen before it was sent again", gaps{changes: changes, sightings: []sighting{{1, at(1.2)}, {2, at(3.5)}}}, 0.2, "topic 1"},
		{"never seen", gaps{changes: changes, sightings: []sighting{{1, at(1.2)}}}, 6, "topic 2"},
		{"not answered, so nobody knows when it was to be seen", gaps{changes: []change{{number: 1, asked: at(1)}}}, 0, ""},
		{"not answered, but the owner waits", gaps{owner: true, changes: []change{{number: 1, asked: at(1)}}}, 9, "answered at never"},
		{"blind while it changes", gaps{changes: changes, sightings: []sighting{{1, at(1.1)}, {2, at(4.3)}}, outages: []outage{{at(2), at(4.3)}}}, 2.3, "without a connection from +2.000 to +4.300"},
		{"blind while nothing happens", gaps{changes: changes, sightings: []sighting{{1, at(1.1)}, {2, at(4.3)}}, outages: []outage{{at(5), at(9)}}}, 0.3, "topic 2"},
		{"still blind", gaps{changes: changes, sightings: []sighting{{1, at(1.1)}}, outages: []outage{{at(2.5), time.Time{}}}}, 7.5, "without a connection"},
		{"nothing", gaps{}, 0, ""},
	} {
		tc.gaps.end = at(10)
		got := tc.gaps.longest()
		if want := time.Duration(tc.want * float64(time.Second)); got.took.Round(time.Millisecond) != want {
			t.Errorf("%s: %v, want %v", tc.name, got.took, want)
		}
		if tc.text != "" && !strings.Contains(got.describe(start), tc.text) {
			t.Errorf("%s: %s", tc.name, got.describe(start))
		}
	}
}

func TestTopics(t *testing.T) {
	if n := topicNumber(topicOf(17)); n != 17 {
		t.Errorf("got %d", n)
	}
	if n := topicNumber(""); n != 0 {
		t.Errorf("got %d", n)
	}
}
