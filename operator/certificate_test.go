package operator

import (
	"strings"
	"testing"
	"time"
)

// What browsers are shown, or are not, is a finding with the authority's reason.
func TestFindingsOfCertificates(t *testing.T) {
	const day = 24 * time.Hour
	whole := func(c Certificate) Certificate {
		if c.Domain = "a.example"; !c.Expires.IsZero() && c.Late.IsZero() {
			c.Late = c.Expires.Add(-7 * day)
		}
		return c
	}
	for name, row := range map[string]struct {
		change func(*Status)
		level  Level
		says   []string
	}{
		"valid": {func(s *Status) { s.Certificates = []Certificate{{Expires: noon.Add(30 * day)}} }, "", nil},
		"of a day": {func(s *Status) {
			s.Certificates = []Certificate{{Expires: noon.Add(5 * time.Hour), Late: noon.Add(3 * time.Hour)}}
		}, "", nil},
		"at the start": {func(s *Status) { s.Started, s.Certificates = noon.Add(-time.Minute), []Certificate{{Ordered: true}} }, Note, []string{"being ordered"}},
		"none":         {func(s *Status) { s.Certificates = []Certificate{{Ordered: true}} }, Trouble, []string{"no certificate for a.example", "browsers cannot open it. The log"}},
		"none of the cluster's": {func(s *Status) {
			s.Cluster, s.Certificates = &Cluster{}, []Certificate{{Ordered: true}}
		}, Trouble, []string{"no certificate for a.example", "One node orders", "The log"}},
		"none, refused": {func(s *Status) { s.Certificates = []Certificate{{Ordered: true, Why: "Y.", Do: "D.", Said: "timeout"}} }, Trouble, []string{"no certificate for a.example", "Y. What was found: timeout", "D."}},
		"failed at once": {func(s *Status) {
			s.Started, s.Certificates = noon.Add(-time.Second), []Certificate{{Ordered: true, Why: "Y.", Do: "D."}}
		}, Trouble, []string{"no certificate for a.example", "Y.", "D."}},
		"expired": {func(s *Status) { s.Certificates = []Certificate{{Expires: noon}} }, Trouble, []string{"has expired", "-tls-cert"}},
		"late":    {func(s *Status) { s.Certificates = []Certificate{{Expires: noon.Add(6 * day)}} }, Warning, []string{"expires in 6 days", "-tls-key"}},
		"not renewed": {func(s *Status) {
			s.Certificates = []Certificate{{Expires: noon.Add(29 * day), Ordered: true, Why: "Y.", Do: "D."}}
		}, Note, []string{"29 days more", "Y.", "D."}},
		"no pair": {func(s *Status) { s.RejectedFiles = "no match" }, Warning, []string{"no match", "own key"}},
	} {
		now := sound(noon)
		row.change(&now)
		for i, c := range now.Certificates {
			now.Certificates[i] = whole(c)
		}
		got := Findings([]Status{now})
		if row.level == "" {
			if len(got) != 0 {
				t.Errorf("%s: got %v, want nothing", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Level != row.level {
			t.Errorf("%s: got %v, want one of level %s", name, got, row.level)
			continue
		}
		for _, want := range row.says {
			if !strings.Contains(got[0].What+" "+got[0].Do, want) {
				t.Errorf("%s: got %+v, want %q", name, got[0], want)
			}
		}
	}
}
