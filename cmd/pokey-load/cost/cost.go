// Package cost measures what a cluster costs: it starts one node alone and a cluster
// of three, lets both do the same, and compares.
//
// Everything is on the loopback interface, so that only the servers are measured.
// Etcd has one member: the cost of several is not Pokey's.
package cost

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/servers"
)

// Options are the options of a run.
type Options struct {
	options.Programs
	Members  int           // of the one large room
	Rooms    int           // of four members each, for the requests
	Duration time.Duration // how long each thing is measured
	Rest     time.Duration // how long servers are left alone, or warm up, before
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	o.DeclareEtcd(s, true)
	s.Int(&o.Members, "members", 1000, 3, 5000, "members of the large room")
	s.Int(&o.Rooms, "rooms", 50, 1, 1000, "rooms of four members, for the requests")
	s.Duration(&o.Duration, "duration", 20*time.Second, time.Millisecond, "how long to measure each thing")
	s.Duration(&o.Rest, "rest", 5*time.Second, time.Millisecond, "how long to leave the servers alone, or let them warm up, before")
}

// Idle holds the resources of idle processes.
type Idle struct {
	Nodes int     `json:"nodes"`
	Cores float64 `json:"cores"` // of all nodes together
	RSS   uint64  `json:"rss"`   // bytes, of all nodes together
	// Of etcd, for a cluster.
	EtcdCores float64 `json:"etcdCores,omitempty"`
	EtcdRSS   uint64  `json:"etcdRSS,omitempty"`
}

// Subject holds the results of one node alone, or of a cluster.
type Subject struct {
	Name string `json:"name"`
	Idle Idle   `json:"idle"`
	// FanOut is one large room that one thing happens in at a time; in a cluster its
	// members are on the two nodes that do not have the room.
	FanOut load.Report `json:"fanOut"`
	// Requests is small rooms as fast as they can; in a cluster all of them are on one
	// node, and all members on the two others.
	Requests load.Report `json:"requests"`
}

// Report holds the results of a run.
type Report struct {
	Subjects []Subject `json:"subjects"`
}

// Run measures one node alone, then a cluster.
func Run(ctx context.Context, o Options) (Report, error) {
	var report Report
	if err := options.Validate(&o); err != nil {
		return report, err
	}
	for _, s := range []struct {
		name  string
		start func(context.Context, servers.Options) (*servers.Servers, error)
	}{{"one node", servers.One}, {"three nodes", servers.Three}} {
		dir := filepath.Join(o.Dir, s.name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return report, err
		}
		running, err := s.start(ctx, o.in(dir))
		defer running.Kill()
		if err != nil {
			return report, fmt.Errorf("%s: %w", s.name, err)
		}
		subject, err := (&measured{running}).measure(ctx, o)
		if err != nil {
			return report, fmt.Errorf("%s: %w", s.name, err)
		}
		subject.Name = s.name
		report.Subjects = append(report.Subjects, subject)
		running.Kill()
	}
	return report, nil
}

// in returns the options of servers in a directory of their own, without limits.
func (o Options) in(dir string) servers.Options {
	programs := o.Programs
	programs.Dir = dir
	programs.Args = append(slices.Clone(servers.Limitless), o.Args...)
	return servers.Options{Programs: programs}
}

// measured is the node or cluster under measurement.
type measured struct{ *servers.Servers }

func (s *measured) measure(ctx context.Context, o Options) (subject Subject, err error) {
	if subject.Idle, err = s.idle(ctx, o); err != nil {
		return subject, err
	}
	if subject.FanOut, err = s.load(ctx, load.Options{Shape: "seq", Rooms: 1, Members: o.Members, Dialers: 16, Duration: o.Duration, WarmUp: o.Rest, Rest: o.Rest}); err != nil {
		return subject, fmt.Errorf("one large room: %w", err)
	}
	// One dialer: where a room has come to be is seen by its being one more.
	if subject.Requests, err = s.load(ctx, load.Options{Shape: "burst", Rooms: o.Rooms, Members: 4, Dialers: 1, Duration: o.Duration, WarmUp: o.Rest, Rest: o.Rest}); err != nil {
		return subject, fmt.Errorf("requests: %w", err)
	}
	return subject, nil
}

func (s *measured) idle(ctx context.Context, o Options) (idle Idle, err error) {
	if err := client.Pause(ctx, o.Rest); err != nil {
		return idle, err
	}
	before, err := s.Usage()
	if err != nil {
		return idle, err
	}
	began := time.Now()
	if err := client.Pause(ctx, o.Duration); err != nil {
		return idle, err
	}
	after, err := s.Usage()
	if err != nil {
		return idle, err
	}
	took := time.Since(began).Seconds()
	idle.Nodes = len(s.Nodes)
	for i, u := range after {
		cores := (u.CPU - before[i].CPU).Seconds() / took
		if i < len(s.Nodes) {
			idle.Cores += cores
			idle.RSS += u.RSS
		} else {
			idle.EtcdCores += cores
			idle.EtcdRSS += u.RSS
		}
	}
	return idle, nil
}

// load measures with members on all nodes but the first, which is to have the
// rooms, if there are several.
func (s *measured) load(ctx context.Context, o load.Options) (load.Report, error) {
	o.Site, o.Sites = s.Sites[0], s.Sites[min(1, len(s.Sites)-1):]
	for _, n := range s.Nodes {
		o.PIDs = append(o.PIDs, n.PID())
	}
	if len(s.Nodes) > 1 {
		rooms, err := s.Rooms(ctx)
		if err != nil {
			return load.Report{}, err
		}
		o.Placed = func(ctx context.Context) (bool, error) {
			now, err := s.Rooms(ctx)
			more := now > rooms
			rooms = now
			return more, err
		}
	}
	return load.Run(ctx, o)
}
