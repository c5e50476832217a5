package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/options"
)

// Options are the options of a run.
type Options struct {
	options.Programs
	Rooms   int
	Members int           // of each room
	Cycles  int           // how often to kill the server
	Renew   int           // cycles after which new rooms are made, so that histories stay short
	Life    time.Duration // the longest life of the server; the shortest is a fifth of it
	Think   time.Duration // between two requests of a member, on average
	// AtOnce is how many clears that name no round an owner sends without waiting
	// for answers. The check has to consider them in every order.
	AtOnce  int
	Backoff client.Backoff
	// Patience is how long clients may take to come back after a start, and the
	// linearizability check of a room.
	Patience time.Duration
	// Progress is called with each cycle when it is over; nil for nobody.
	Progress func(Cycle)
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	s.Int(&o.Rooms, "rooms", 100, 1, 5000, "rooms")
	s.Int(&o.Members, "members", 5, 1, 100, "members of each room")
	s.Int(&o.Cycles, "cycles", 20, 0, 10_000, "how often to kill the server")
	s.Int(&o.Renew, "renew", 25, 1, 1000, "cycles after which new rooms are made")
	s.Duration(&o.Life, "life", 2*time.Second, time.Millisecond, "the longest life of the server")
	s.Duration(&o.Think, "think", 50*time.Millisecond, time.Microsecond, "a member's pause before a request, on average")
	s.Int(&o.AtOnce, "at-once", 1, 0, 8, "clears that an owner sends without waiting for answers")
	s.Duration(&o.Patience, "patience", 30*time.Second, time.Millisecond, "how long clients may take to come back, and each room's check")
	s.Duration(&o.Backoff.Min, "backoff-min", 100*time.Millisecond, 0, "upper bound of a client's first pause before it connects again (the page's is 500ms)")
	s.Duration(&o.Backoff.Max, "backoff-max", 2*time.Second, 0, "upper bound of a client's longest pause (the page's is 10s)")
}

// log returns the path of the server's log.
func (o *Options) log() string { return filepath.Join(o.Dir, "server.log") }

// Cycle is one life of the server, its end and the recovery.
type Cycle struct {
	Number   int           `json:"number"`
	Lived    time.Duration `json:"lived"`   // from everybody's return to the kill
	Ready    time.Duration `json:"ready"`   // from the kill to the first page
	Gap      time.Duration `json:"gap"`     // without a status, of half the members at most
	Longest  time.Duration `json:"longest"` // without a status, of any member
	Missing  int           `json:"missing"` // members who did not come back in time
	Acks     int           `json:"acks"`    // durable acknowledgements so far
	Faults   int           `json:"faults"`  // so far
	Checking time.Duration `json:"checking"`
}

// Report holds the results of a run.
type Report struct {
	Rooms    int             `json:"rooms"`
	Members  int             `json:"members"`
	Cycles   []Cycle         `json:"cycles"`
	Expelled int             `json:"expelled"` // members told not to come back
	Verdict  history.Verdict `json:"verdict"`
	Log      string          `json:"log"`
	Dumps    []string        `json:"dumps,omitempty"` // files with the histories of faulty rooms
}

// Run plays and kills. An error means that the run could not be made, not that the
// server failed; the report is valid for the cycles until then.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := options.Validate(&o); err != nil {
		return report, err
	}
	report = Report{Rooms: o.Rooms, Members: o.Members, Log: o.log()}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return report, fmt.Errorf("data: %w", err)
	}
	srv, err := newServer(ctx, o)
	if err != nil {
		return report, err
	}
	if err := srv.start(ctx); err != nil {
		return report, err
	}
	defer srv.Kill()
	site, err := client.NewSite(srv.url, client.SiteOptions{})
	if err != nil {
		return report, err
	}
	for first := true; first || len(report.Cycles) < o.Cycles; first = false {
		if err := report.oneGame(ctx, site, srv, o); err != nil {
			return report, err
		}
	}
	_, _, err = srv.Stop(ctx)
	return report, err
}

// oneGame plays in new rooms for as many cycles as one history shall hold.
func (r *Report) oneGame(ctx context.Context, site *client.Site, srv *server, o Options) (err error) {
	from, err := logSize(o.log())
	if err != nil {
		return err
	}
	p := newParty(ctx, site, o)
	defer p.End()
	defer func() { err = errors.Join(err, r.judge(p.History, o, from)) }()
	p.Pause() // until everybody is there
	err = p.setUp(ctx, o.Rooms, o.Members)
	p.Resume()
	if err != nil {
		return err
	}
	for n := range min(o.Renew, o.Cycles-len(r.Cycles)) {
		cycle, err := oneCycle(ctx, p, srv, o)
		if err != nil {
			return fmt.Errorf("cycle %d of this game: %w", n+1, err)
		}
		cycle.Number = len(r.Cycles) + 1
		cycle.Acks += r.Verdict.Durable
		cycle.Faults += len(r.Verdict.Faults)
		r.Cycles = append(r.Cycles, cycle)
		if o.Progress != nil {
			o.Progress(cycle)
		}
	}
	if err := p.finish(ctx); err != nil {
		return err
	}
	r.Expelled += int(p.Expelled.Load())
	p.End()
	return nil
}

// oneCycle lets the server live for a while, kills it, starts it again, waits
// for everybody and reads all rooms.
func oneCycle(ctx context.Context, p *party, srv *server, o Options) (Cycle, error) {
	c := Cycle{Lived: o.Life/5 + rand.N(o.Life*4/5+1)}
	if err := client.Pause(ctx, c.Lived); err != nil {
		return c, err
	}
	crashed := p.History.Crash()
	if !srv.Kill() {
		return c, fmt.Errorf("the server had ended by itself: see %s", srv.Log)
	}
	killed := time.Now()
	crashed(p.site.Connections())
	var users []string
	for _, room := range p.Rooms() {
		for _, member := range room.Members {
			users = append(users, member.UserID())
		}
	}
	done := p.back.expect(p.site.Connections(), users)
	if err := srv.start(ctx); err != nil {
		return c, err
	}
	c.Ready = time.Since(killed)
	patience := time.NewTimer(o.Patience)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-ctx.Done():
		return c, ctx.Err()
	}
	c.Gap, c.Longest, c.Missing = p.back.result()
	p.Pause() // so that neither the rooms nor the history change meanwhile
	defer p.Resume()
	if err := p.audit(ctx); err != nil {
		return c, err
	}
	began := time.Now()
	verdict := p.History.Check(o.Patience)
	c.Checking, c.Acks, c.Faults = time.Since(began), verdict.Durable, len(verdict.Faults)
	return c, nil
}
