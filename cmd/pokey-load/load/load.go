// Package load measures what a Pokey server takes: how long a change needs to
// reach everybody in the room, and what it costs the server.
//
// The measure is the logical delivery: one change (an estimate, a reveal or a clear)
// made visible to one member. However many changes a server folds into one message,
// each counts, so folding pays and dropping does not.
package load

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/options"
)

// Options are the options of a run.
type Options struct {
	Site *client.Site
	// Sites are where members connect, in turn, if there are several servers; nil
	// for Site.
	Sites    []*client.Site
	Shape    string // burst, seq, paced or idle
	Rooms    int
	Members  int           // of each room, each with a connection of their own
	Duration time.Duration // of the measuring
	WarmUp   time.Duration
	Rest     time.Duration // for the server before its memory is read
	// StallAfter is how long a room may have been quiet at the end without
	// counting as stalled; 0 for half of Duration, and at most 5 s.
	StallAfter time.Duration
	Rate       float64 // of shape paced: changes a second over all rooms
	PIDs       []int   // the server's processes; none if they are unknown
	// Placed reports whether a room that was made just now is where it is wanted.
	// If not, another one is made. Nil for anywhere.
	Placed   func(ctx context.Context) (bool, error)
	Stalled  int          // connections that join a room and stop reading
	Slow     int          // connections that join a room and read a message a second
	Flooding int          // connections that send as fast as they can
	Abusers  *client.Site // where those three connect; nil for Site
	Dialers  int          // connections that are set up at a time
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	s.String(&o.Shape, "shape", "burst", "`SHAPE` of the load: burst, seq, paced or idle")
	s.Int(&o.Rooms, "rooms", 200, 1, 20_000, "rooms")
	s.Int(&o.Members, "members", 10, 1, 5000, "members of each room")
	s.Duration(&o.Duration, "duration", 20*time.Second, time.Millisecond, "how long to measure")
	s.Duration(&o.WarmUp, "warm-up", 2*time.Second, 0, "how long to play before measuring")
	s.Duration(&o.Rest, "rest", time.Second, 0, "how long to leave the server alone before its memory is read")
	s.Duration(&o.StallAfter, "stall-after", 0, 0, "how long a room may be quiet at the end; 0 for half the duration, at most 5s")
	s.Float(&o.Rate, "rate", 1000, 0, 1e6, "changes a second over all rooms, for shape paced")
	s.Func("pid", "the server's `PROCESS[,…]`, to measure its CPU and memory", o.setPIDs)
	s.Int(&o.Stalled, "stalled", 0, 0, 10_000, "connections that join a room and stop reading")
	s.Int(&o.Slow, "slow", 0, 0, 10_000, "connections that join a room and read a message a second")
	s.Int(&o.Flooding, "flooding", 0, 0, 1000, "connections that send as fast as they can")
	s.Int(&o.Dialers, "dialers", 32, 1, 1000, "connections to set up at a time")
	s.Require(o.Shape != "paced" || o.Rate > 0, "-rate: shape paced wants more than 0")
	s.Require(o.Rooms*o.Members+o.Stalled+o.Slow+o.Flooding <= maxConnections, "there may be %d connections at most", maxConnections)
	_, err := o.newShape()
	s.Require(err == nil, "-shape: %v", err)
}

func (o *Options) setPIDs(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		pid, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		o.PIDs = append(o.PIDs, pid)
	}
	return nil
}

// maxConnections is how many connections one process is assumed to be able to hold.
const maxConnections = 60_000

func (o Options) newShape() (shape, error) {
	switch o.Shape {
	case "burst":
		return burst{}, nil
	case "seq":
		return seq{}, nil
	case "paced":
		return paced{}, nil
	case "idle":
		return idle{}, nil
	}
	return nil, fmt.Errorf("%q is none of burst, seq, paced and idle", o.Shape)
}

// run is a run under way.
type run struct {
	Options
	rooms    []*room
	losses   losses
	reading  sync.WaitGroup
	bare     Usage // of the server before the first connection
	joined   Usage // with everybody there and at rest
	setUpFor time.Duration
}

// Run sets up the rooms, measures and takes everything down again. The error
// says that the run could not be made.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := options.Validate(&o); err != nil {
		return Report{}, err
	}
	// The generator shares the machine with the server: it trades memory for CPU.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	r := &run{Options: o}
	defer r.takeDown()
	if err := r.setUp(ctx); err != nil {
		return Report{}, fmt.Errorf("set-up: %w", err)
	}
	return r.measure(ctx)
}

// usage is the server's; zero if its processes are not known.
func (r *run) usage() (Usage, error) {
	var sum Usage
	for _, pid := range r.PIDs {
		one, err := ReadUsage(pid)
		if err != nil {
			return sum, err
		}
		sum.CPU += one.CPU
		sum.RSS += one.RSS
	}
	return sum, nil
}

func (r *run) takeDown() {
	r.losses.over.Store(true)
	for _, room := range r.rooms {
		for _, m := range room.members {
			if m.conn != nil {
				m.conn.Close()
			}
		}
	}
	r.reading.Wait()
}

// measure lets the rooms play and returns the results.
func (r *run) measure(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	abuse := r.startAbuse(ctx)
	p := r.pacer()
	var pacing sync.WaitGroup
	defer func() {
		cancel()
		pacing.Wait()
		abuse.working.Wait()
	}()
	for _, room := range r.rooms {
		send(room.begin())
	}
	if r.Shape == "paced" {
		pacing.Go(func() { p.run(ctx) })
	}
	if err := client.Pause(ctx, r.WarmUp); err != nil {
		return Report{}, err
	}
	from, err := r.mark(p)
	if err != nil {
		return Report{}, err
	}
	for _, room := range r.rooms {
		room.start(time.Now())
	}
	if err := client.Pause(ctx, r.Duration); err != nil {
		return Report{}, err
	}
	var total tally
	stalled := 0
	for _, room := range r.rooms {
		t := room.finish()
		total.merge(t)
		if quiet := time.Since(later(t.progress, from.at)); r.Shape != "idle" && quiet > r.stallAfter() {
			stalled++
		}
	}
	to, err := r.mark(p)
	if err != nil {
		return Report{}, err
	}
	result := r.report(total, from, to)
	result.StalledRooms = stalled
	result.Abuse = abuse.result()
	return result, nil
}

func (o Options) stallAfter() time.Duration {
	if o.StallAfter > 0 {
		return o.StallAfter
	}
	return min(5*time.Second, o.Duration/2)
}

// mark is one end of the measuring.
type mark struct {
	at        time.Time
	server    Usage
	generator Usage
	due, late int64
}

func (r *run) mark(p *pacer) (mark, error) {
	server, err := r.usage()
	if err != nil {
		return mark{}, err
	}
	own, _ := ReadUsage(os.Getpid()) // zero where there is no /proc
	return mark{time.Now(), server, own, p.due.Load(), p.late.Load()}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
