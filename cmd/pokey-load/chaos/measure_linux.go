package chaos

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// rules are refusals that occur now and then although everybody follows the rules.
var rules = []string{"stale_round"}

// measure fills in the groups of the row from what the members have recorded.
func (p *party) measure(row *Row, hit map[*member]bool, end time.Time) error {
	groups := map[bool]*Group{false: &row.Others, true: &row.Hit}
	longest := map[bool][]time.Duration{}
	worst := map[bool]*member{}
	began := end.Add(-row.Back - row.Lasted)
	for _, g := range groups {
		g.Refused, g.Failed = make(counts), make(counts)
	}
	for m := range p.everybody() {
		g := groups[hit[m]]
		g.Clients++
		most := m.gaps(end).longest()
		longest[hit[m]] = append(longest[hit[m]], most.took)
		if most.took > g.Gap {
			g.Gap, worst[hit[m]] = most.took, m
			g.Cause = fmt.Sprintf("room %s, user %s on %s: %s", m.room.id, m.UserID(), nodeNames[m.at()], most.describe(began))
		}
		m.mu.Lock()
		g.Lost += m.lost
		for code, n := range m.refused {
			g.Refused.add(code, n)
		}
		m.mu.Unlock()
	}
	for side, all := range longest {
		slices.Sort(all)
		groups[side].Median = all[len(all)/2]
	}
	for _, r := range p.rooms {
		r.mu.Lock()
		for _, a := range r.answers {
			g := groups[hit[a.by]]
			g.Asked++
			g.Waited = max(g.Waited, a.took)
			g.Failed.add(a.failure(), 1)
		}
		r.mu.Unlock()
	}
	delete(row.Others.Failed, "")
	delete(row.Hit.Failed, "")
	var err error
	for side, m := range worst {
		name := fmt.Sprintf("gap-%d-%s-%s.txt", row.Round, row.Fault, map[bool]string{true: "hit", false: "others"}[side])
		err = errors.Join(err, m.writeTrace(filepath.Join(p.dir, name), m.gaps(end).longest(), began))
	}
	return err
}

// failure returns the failure that the page would have shown: the request was
// refused, or put off more often than the page accepts, or lost for the second time.
// It is empty if there was none.
func (a answer) failure() string {
	switch {
	case a.err != nil:
		return "no answer"
	case !a.reply.OK && !slices.Contains(rules, a.reply.Code):
		return a.reply.Code
	case a.reply.Refused > client.PageRetries:
		return "put off"
	case a.reply.Conns > 2:
		return "lost"
	}
	return ""
}
