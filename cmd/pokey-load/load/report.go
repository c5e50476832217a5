package load

import (
	"time"

	"example.com/pokey/cmd/pokey-load/report"
)

// Report holds the results of a run.
type Report struct {
	Shape   string        `json:"shape"`
	Rooms   int           `json:"rooms"`
	Members int           `json:"members"`
	SetUp   time.Duration `json:"setUp"` // from the first connection to the last member seen
	Took    time.Duration `json:"took"`  // the measuring

	Deliveries uint64  `json:"deliveries"`
	PerSecond  float64 `json:"perSecond"` // deliveries
	// Superseded are the deliveries of changes that a later one had covered up
	// before the member saw them.
	Superseded uint64 `json:"superseded"`
	Requests   uint64 `json:"requests"`
	Due        int64  `json:"due,omitempty"`  // of shape paced: changes that were to be made
	Late       int64  `json:"late,omitempty"` // those not made because the server was behind
	Frames     uint64 `json:"frames"`         // statuses and patches
	Bytes      uint64 `json:"bytes"`          // of them

	Estimates   Latency `json:"estimates"`   // from sending one to each other member's seeing it
	Transitions Latency `json:"transitions"` // the same of reveals and clears, the owner too
	Acks        Latency `json:"acks"`        // from sending a request to its ok

	Refused      map[string]uint64 `json:"refused,omitempty"` // requests, by code
	Resyncs      uint64            `json:"resyncs"`           // patches that did not fit
	Lost         int64             `json:"lost"`              // connections
	LostWhy      string            `json:"lostWhy,omitempty"` // of the first
	StalledRooms int               `json:"stalledRooms"`      // nothing more to see at the end

	GeneratorCores float64 `json:"generatorCores"` // CPU of this program
	Abuse          Abuse   `json:"abuse"`
	Server         *Server `json:"server,omitempty"` // if its processes are known
}

// Server holds the resources that the server's processes took.
type Server struct {
	CPU              time.Duration `json:"cpu"`              // user and system, while measuring
	Cores            float64       `json:"cores"`            // the same by time
	CPUPerDelivery   time.Duration `json:"cpuPerDelivery"`   // logical delivery
	RSSBare          uint64        `json:"rssBare"`          // bytes, before the first connection
	RSSJoined        uint64        `json:"rssJoined"`        // with everybody there and at rest
	RSSEnd           uint64        `json:"rssEnd"`           // at the end of the measuring
	RSSPerConnection float64       `json:"rssPerConnection"` // from bare to joined
}

// Failures implements [report.Report]: the figures mean what they say only if
// nobody was lost and no room stood still.
func (r Report) Failures() []string {
	var f report.Failures
	f.Add(r.Lost > 0, "%d connections were lost, the first: %s", r.Lost, r.LostWhy)
	f.Add(r.StalledRooms > 0, "%d rooms stalled", r.StalledRooms)
	return f
}

func (r *run) report(t tally, from, to mark) Report {
	took := to.at.Sub(from.at)
	result := Report{
		Shape: r.Shape, Rooms: r.Rooms, Members: r.Members, SetUp: r.setUpFor, Took: took,
		Deliveries: t.deliveries, PerSecond: float64(t.deliveries) / took.Seconds(), Superseded: t.superseded,
		Requests: t.requests, Due: to.due - from.due, Late: to.late - from.late, Frames: t.frames, Bytes: t.bytes,
		Estimates: t.estimates.latency(), Transitions: t.transitions.latency(), Acks: t.acks.latency(),
		Refused: t.refused, Resyncs: t.resyncs, Lost: r.losses.count.Load(), LostWhy: r.losses.why(),
		GeneratorCores: (to.generator.CPU - from.generator.CPU).Seconds() / took.Seconds(),
	}
	if len(r.PIDs) == 0 {
		return result
	}
	cpu := to.server.CPU - from.server.CPU
	result.Server = &Server{
		CPU: cpu, Cores: cpu.Seconds() / took.Seconds(),
		RSSBare: r.bare.RSS, RSSJoined: r.joined.RSS, RSSEnd: to.server.RSS,
		RSSPerConnection: (float64(r.joined.RSS) - float64(r.bare.RSS)) / float64(r.Rooms*r.Members),
	}
	if t.deliveries > 0 {
		result.Server.CPUPerDelivery = cpu / time.Duration(t.deliveries)
	}
	return result
}

// Print implements [report.Report].
func (r Report) Print(p *report.Printer) {
	p.Field("shape", "%s, %d × %d = %d connections, set up in %s, measured for %s",
		r.Shape, r.Rooms, r.Members, r.Rooms*r.Members, report.Duration(r.SetUp), report.Duration(r.Took))
	p.Field("logical deliveries", "%d, %.0f a second, %.1f %% superseded before they were seen",
		r.Deliveries, r.PerSecond, 100*float64(r.Superseded)/float64(max(r.Deliveries, 1)))
	p.Field("requests", "%d, %.0f a second, refused %s", r.Requests, float64(r.Requests)/r.Took.Seconds(), report.Counts(r.Refused))
	if r.Due > 0 {
		p.Field("offered", "%d changes, %d not made because the server was behind", r.Due, r.Late)
	}
	p.Field("statuses", "%d, %.0f bytes each, %.1f deliveries each", r.Frames,
		float64(r.Bytes)/float64(max(r.Frames, 1)), float64(r.Deliveries)/float64(max(r.Frames, 1)))
	p.Field("connections", "%d lost, %d resyncs, %d rooms stalled", r.Lost, r.Resyncs, r.StalledRooms)
	if r.Abuse != (Abuse{}) {
		p.Field("abuse", "%d stalled, %d slow, %d flooding with %d requests, %d kept out", r.Abuse.Stalled, r.Abuse.Slow, r.Abuse.Flooding, r.Abuse.Flooded, r.Abuse.Refused)
	}
	if s := r.Server; s != nil {
		p.Field("server CPU", "%.2f µs per logical delivery, %.2f cores", float64(s.CPUPerDelivery)/1e3, s.Cores)
		p.Field("server memory", "%.1f kB per connection, %.1f MB bare, %.1f MB joined, %.1f MB at the end",
			s.RSSPerConnection/1e3, float64(s.RSSBare)/1e6, float64(s.RSSJoined)/1e6, float64(s.RSSEnd)/1e6)
	}
	p.Field("generator CPU", "%.2f cores", r.GeneratorCores)
	p.Line("")
	p.Row("latency", "count", "p50", "p90", "p99", "p99.9", "max")
	for _, row := range []struct {
		name string
		l    Latency
	}{{"estimate to each other member", r.Estimates}, {"reveal or clear to each member", r.Transitions}, {"acknowledgement", r.Acks}} {
		p.Row(row.name, row.l.Count, row.l.P50, row.l.P90, row.l.P99, row.l.P999, row.l.Max)
	}
	p.Line("")
}
