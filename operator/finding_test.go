package operator

import (
	"strings"
	"testing"
	"time"
)

// sound is a server with nothing wrong, at a moment.
func sound(at time.Time) Status {
	free := uint64(50 << 30)
	return Status{Version: "1", State: "ok", Time: at, Started: at.Add(-time.Hour), Connections: 10, ConnectionsLimit: 10000, DataFree: &free}
}

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// Each kind of trouble has words of its own, a level, and something to do.
func TestFindings(t *testing.T) {
	node := func(change func(*Cluster)) func(*Status) {
		return func(s *Status) {
			s.Cluster = &Cluster{Address: "node-1:7000", Nodes: []Node{{Address: "node-1:7000", Self: true, State: "member"}, {Address: "node-2:7000", State: "member"}}}
			change(s.Cluster)
		}
	}
	slow := Histogram{Bounds: []float64{0.1, 1}, Counts: []uint64{0, 100, 100}}
	for name, row := range map[string]struct {
		change func(*Status)
		level  Level
		says   string
	}{
		"sound":               {func(*Status) {}, "", ""},
		"in a cluster":        {node(func(*Cluster) {}), "", ""},
		"degraded":            {func(s *Status) { s.State, s.Unsaved = "degraded", 1 }, Trouble, "1 user or room cannot be saved"},
		"frozen":              {func(s *Status) { s.State, s.Unsaved = "frozen", 7 }, Trouble, "7 users and rooms wait"},
		"broken":              {func(s *Status) { s.State = "broken" }, Trouble, "about to be restarted"},
		"isolated":            {func(s *Status) { s.State = "isolated" }, Trouble, "owns no rooms"},
		"full":                {func(s *Status) { s.State, s.TurnedAway = "full", 5 }, Trouble, "Memory is short"},
		"draining":            {func(s *Status) { s.State = "draining" }, Note, "is stopping"},
		"in memory":           {func(s *Status) { s.InMemory = true }, Note, "in memory only"},
		"little space":        {func(s *Status) { *s.DataFree = 12_345_678 }, Trouble, "12.3 MB are left"},
		"near limit":          {func(s *Status) { s.Connections = 9500 }, Warning, "9500 of 10000 connections"},
		"no limit":            {func(s *Status) { s.Connections, s.ConnectionsLimit = 9500, 0 }, "", ""},
		"turned away":         {func(s *Status) { s.TurnedAway = 1 }, Warning, "1 newcomer was turned away"},
		"limited":             {func(s *Status) { s.Limited = 100 }, Warning, "-trusted-proxies"},
		"a few limited":       {func(s *Status) { s.Limited = 99 }, "", ""},
		"proxy":               {func(s *Status) { s.Forwarded = 1 }, Warning, "proxy that is not in -trusted-proxies"},
		"files":               {func(s *Status) { s.SocketsLost = 2 }, Warning, "2 idle TCP connections"},
		"panic":               {func(s *Status) { s.Panics = 1 }, Warning, "A bug has stopped 1 room or user in"},
		"repeated":            {func(s *Status) { s.CommitsLost = 3 }, Warning, "3 commits failed"},
		"slow clients":        {func(s *Status) { s.SlowClients = 10 }, Note, "10 clients were cut"},
		"slow disk":           {func(s *Status) { s.Commit = slow }, Warning, "the disk is slow"},
		"slow delivery":       {func(s *Status) { s.Delivery = slow }, Warning, "waits 991 ms before"},
		"slow etcd":           {func(s *Status) { node(func(*Cluster) {})(s); s.Commit = slow }, Warning, "the cluster's store is slow"},
		"unreachable":         {node(func(c *Cluster) { c.Unreachable = 1 }), Trouble, "cannot reach 1 other node"},
		"other isolated":      {node(func(c *Cluster) { c.Nodes[1].State = "isolated" }), Trouble, "Node node-2:7000 is isolated"},
		"certificate":         {node(func(c *Cluster) { c.Certificate = noon.Add(13 * 24 * time.Hour) }), Warning, "expires in 13 days"},
		"certificate expired": {node(func(c *Cluster) { c.Certificate = noon.Add(-time.Hour) }), Trouble, "has expired"},
		"certificate valid":   {node(func(c *Cluster) { c.Certificate = noon.Add(90 * 24 * time.Hour) }), "", ""},
		"no leader":           {node(func(c *Cluster) { c.Inside = &Inside{Voters: 3} }), Trouble, "have no leader"},
		"missing":             {node(func(c *Cluster) { c.Inside = &Inside{Leader: true, Voters: 3, Missing: []string{"node-3:7000"}} }), Trouble, "node-3:7000 does not run, or no other node reaches it. The others go on, and 0 more can be lost."},
		"two missing of five": {node(func(c *Cluster) {
			c.Inside = &Inside{Leader: true, Voters: 5, Missing: []string{"node-4:7000", "node-5:7000"}}
		}), Trouble, "node-4:7000 and node-5:7000 do not run, or no other node reaches them. The others go on, and 0 more"},
		"database filling":     {node(func(c *Cluster) { c.Inside = &Inside{Leader: true, Voters: 3, InUse: 1.6e9, Quota: 2e9} }), Warning, "1.6 GB of the 2 GB"},
		"database nearly full": {node(func(c *Cluster) { c.Inside = &Inside{Leader: true, Voters: 3, InUse: 1.9e9, Quota: 2e9} }), Trouble, "1.9 GB of the 2 GB"},
		"database full": {node(func(c *Cluster) {
			c.Inside = &Inside{Leader: true, Voters: 3, Bytes: 2e9, InUse: 2e9, Quota: 2e9, Full: true}
		}), Trouble, "is full, 2 GB of 2 GB: nothing can be saved"},
		"learner":     {node(func(c *Cluster) { c.Inside = &Inside{Leader: true, Voters: 3, Learners: 1} }), Note, "1 node has no vote yet"},
		"two of two":  {node(func(c *Cluster) { c.Inside = &Inside{Leader: true, Voters: 2} }), Note, "even number"},
		"removed":     {node(func(c *Cluster) { c.Lost = 1 }), Warning, "removed this one as dead 1 time"},
		"strangers":   {node(func(c *Cluster) { c.Rejected = 2 }), Warning, "2 connections were refused at the node port"},
		"bad streams": {node(func(c *Cluster) { c.BadStreams = 2 }), Warning, "what no node of this version sends"},
	} {
		t.Run(name, func(t *testing.T) {
			was, now := sound(noon.Add(-recent)), sound(noon)
			if strings.Contains(name, "certificate") || name == "removed" || name == "strangers" || name == "bad streams" {
				was.Cluster = &Cluster{}
			}
			row.change(&now)
			got := Findings([]Status{was, now})
			if row.level == "" {
				if len(got) != 0 {
					t.Errorf("got %v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].Level != row.level || !strings.Contains(got[0].What+got[0].Do, row.says) || got[0].Do == "" {
				t.Errorf("got %+v, want one of level %s that says %q", got, row.level, row.says)
			}
			if words, mood := headline(got); mood == "fine" != (row.level == Note) {
				t.Errorf("headline: got %q, %s", words, mood)
			}
		})
	}
}

// What was wrong more than ten minutes ago is over.
func TestFindingsAreRecent(t *testing.T) {
	now := sound(noon)
	now.Panics, now.TurnedAway, now.CommitsLost = 1, 1, 1
	earlier := now
	earlier.Time = noon.Add(-recent)
	first := sound(noon.Add(-2 * recent))
	if got := Findings([]Status{first, earlier, now}); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
}

// What happened before the history's first status is recent too, as long as the server
// has not run for longer.
func TestFindingsSinceTheStart(t *testing.T) {
	now := sound(noon)
	now.Started = noon.Add(-30 * time.Second)
	now.Forwarded, now.Panics, now.TurnedAway, now.SocketsLost = 1, 1, 1, 1
	now.Cluster = &Cluster{Lost: 1, Rejected: 1, BadStreams: 1}
	now.Delivery = Histogram{Bounds: []float64{0.1, 1}, Counts: []uint64{0, 100, 100}}
	now.Commit = now.Delivery
	const want = 9
	for name, all := range map[string][]Status{
		"asked before the first status": {now},
		"asked after it":                {now, now},
	} {
		if got := Findings(all); len(got) != want {
			t.Errorf("%s: got %d findings, want %d: %v", name, len(got), want, got)
		}
	}
	now.Started = noon.Add(-recent)
	if got := Findings([]Status{now, now}); len(got) != 0 {
		t.Errorf("a server that has run for longer: got %v, want nothing", got)
	}
}

// One or two slow saves or messages of a server that has little to do are chance.
func TestFindingsOfFewObservations(t *testing.T) {
	for slow, want := range map[uint64]int{0: 0, 2: 0, 3: 2} {
		now := sound(noon)
		now.Commit = Histogram{Bounds: []float64{0.1, 0.5, 2}, Counts: []uint64{10, 10, 10 + slow, 10 + slow}}
		now.Delivery = now.Commit
		if got := Findings([]Status{sound(noon.Add(-recent)), now}); len(got) != want {
			t.Errorf("%d slow ones of %d: got %v, want %d findings", slow, 10+slow, got, want)
		}
	}
}

// Trouble comes first.
func TestFindingsAreOrdered(t *testing.T) {
	now := sound(noon)
	now.InMemory, now.State = true, "full"
	now.Panics = 1
	got := Findings([]Status{sound(noon.Add(-recent)), now})
	if len(got) != 3 || got[0].Level != Trouble || got[1].Level != Warning || got[2].Level != Note {
		t.Errorf("got %v, want trouble, a warning and a note", got)
	}
}

// A majority of all nodes with a vote must be there.
func TestSpare(t *testing.T) {
	for _, row := range []struct{ voters, missing, want int }{
		{1, 0, 0}, {1, 1, -1}, {2, 0, 0}, {2, 1, -1}, {3, 0, 1}, {3, 1, 0}, {3, 2, -1}, {4, 0, 1}, {5, 0, 2}, {5, 3, -1},
	} {
		if got := Spare(row.voters, row.missing); got != row.want {
			t.Errorf("%d nodes, %d missing: got %d, want %d", row.voters, row.missing, got, row.want)
		}
	}
}
