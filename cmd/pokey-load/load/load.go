// Package load measures what a Pokey server takes: how long a change needs to
// reach everybody in the room, and what it costs the server.
//
// The measure is the logical delivery: one change – an estimate, a reveal or a
// clear – made visible to one member. However many changes a server folds into
// one message, each counts, so that folding well pays and dropping does not.
package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Options are what a run consists of.
type Options struct {
	Site *client.Site
	// Sites are where members go, in turn, if a server has several; nil for Site.
	Sites    []*client.Site
	Shape    string        // burst, seq, paced or idle
	Rooms    int           // 1 to 20 000
	Members  int           // of each room, each with a connection of their own; 1 to 5 000
	Rest     time.Duration // for the server before its memory is read
	WarmUp   time.Duration
	Duration time.Duration // of the measuring; at most 24 hours
	// StallAfter is how long a room may have been quiet at the end without
	// being taken for stalled; 0 for half of Duration, and at most 5 s.
	StallAfter time.Duration
	Rate       float64 // of shape paced: changes a second over all rooms
	PIDs       []int   // the server's processes; none for unknown ones
	// Placed says whether a room, which was made just now, is where it is wanted:
	// if not, another one is made; nil for anywhere.
	Placed   func(ctx context.Context) (bool, error)
	Stalled  int          // connections that join a room and stop reading; at most 10 000
	Slow     int          // connections that join a room and read a message a second; at most 10 000
	Abusers  *client.Site // where those come from; nil for where everybody does
	Flooding int          // connections that send as fast as they can; at most 1 000
	Dialers  int          // connections that are set up at a time; 1 to 1 000
}

// maxConnections is what one process is taken to be able to hold.
const maxConnections = 60_000

// Validate says what is wrong with the options, if anything is.
func (o Options) Validate() error {
	switch {
	case o.Rooms < 1 || o.Rooms > 20000:
		return errors.New("rooms: 1 to 20000")
	case o.Members < 1 || o.Members > 5000:
		return errors.New("members: 1 to 5000")
	case o.Rooms*o.Members+o.Stalled+o.Slow+o.Flooding > maxConnections:
		return fmt.Errorf("at most %d connections", maxConnections)
	case o.Duration <= 0 || o.Duration > 24*time.Hour || o.Rest < 0 || o.WarmUp < 0 || max(o.Rest, o.WarmUp) > time.Hour:
		return errors.New("duration: up to 24h, warm-up and rest: up to 1h")
	case o.Shape == "paced" && (o.Rate <= 0 || o.Rate > 1e6):
		return errors.New("rate: more than 0, up to 1000000")
	case min(o.Stalled, o.Slow, o.Flooding) < 0 || max(o.Stalled, o.Slow) > 10000 || o.Flooding > 1000:
		return errors.New("stalled and slow: 0 to 10000, flooding: 0 to 1000")
	case o.Dialers < 1 || o.Dialers > 1000:
		return errors.New("dialers: 1 to 1000")
	}
	_, err := o.newShape()
	return err
}

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
	return nil, fmt.Errorf("shape %q: burst, seq, paced or idle", o.Shape)
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
	if err := o.Validate(); err != nil {
		return Report{}, err
	}
	// The generator shares the machine with what it measures: memory is cheaper.
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

// measure lets the rooms play and says what came of it.
func (r *run) measure(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	abuse := r.startAbuse(ctx)
	p := pacer{rooms: r.rooms, rate: r.Rate}
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
	from, err := r.mark(&p)
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
	to, err := r.mark(&p)
	if err != nil {
		return Report{}, err
	}
	report := r.report(total, from, to)
	report.StalledRooms = stalled
	report.Abuse = abuse.result()
	return report, nil
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
