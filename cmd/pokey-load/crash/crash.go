package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/history"
)

// Options are what a run consists of.
type Options struct {
	Binary  string        // the server's
	Args    []string      // more of its flags, after those that a run gives
	Dir     string        // the server's data; made if need be, and kept
	Log     string        // the file that the server's log goes to; kept
	Rooms   int           // 1 to 5 000
	Members int           // of each room, 1 to 100
	Cycles  int           // how often to kill, at most 10 000
	Renew   int           // cycles after which new rooms are made, so that histories stay short; 1 to 1 000
	Life    time.Duration // the longest that the server lives; the shortest is a fifth of it
	Think   time.Duration // between two requests of a member, on average
	// AtOnce is how many times an owner asks at once, without waiting for
	// answers, for a clear that names no round; 0 to 8, for the oracle has to
	// consider them in every order.
	AtOnce  int
	Backoff client.Backoff
	// Patience is for clients to come back after a start, and for the oracle of
	// linearizability for each room.
	Patience time.Duration
	// Progress gets each cycle when it is over; nil for nobody.
	Progress func(Cycle)
}

// Cycle is one life of the server, its end and what came after.
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

// Report is what a run found.
type Report struct {
	Rooms    int             `json:"rooms"`
	Members  int             `json:"members"`
	Cycles   []Cycle         `json:"cycles"`
	Expelled int             `json:"expelled"` // members told not to come back
	Verdict  history.Verdict `json:"verdict"`
	Log      string          `json:"log"`
	Dumps    []string        `json:"dumps,omitempty"` // files with the histories of faulty rooms
}

// Passed reports whether every promise held and could be judged.
func (r Report) Passed() bool {
	for _, c := range r.Cycles {
		if c.Missing > 0 {
			return false
		}
	}
	return r.Expelled == 0 && len(r.Verdict.Faults) == 0 && len(r.Verdict.Undecided) == 0
}

// Validate says what is wrong with the options, if anything is.
func (o Options) Validate() error {
	switch {
	case o.Binary == "":
		return errors.New("no binary given")
	case o.Rooms < 1 || o.Rooms > 5000:
		return errors.New("rooms: 1 to 5000")
	case o.Members < 1 || o.Members > 100:
		return errors.New("members: 1 to 100")
	case o.Cycles < 0 || o.Cycles > 10000:
		return errors.New("cycles: 0 to 10000")
	case o.Renew < 1 || o.Renew > 1000:
		return errors.New("renew: 1 to 1000")
	case o.AtOnce < 0 || o.AtOnce > 8:
		return errors.New("at once: 0 to 8")
	case o.Life <= 0 || o.Think <= 0 || o.Patience <= 0:
		return errors.New("durations must be positive")
	}
	return nil
}

// Run plays and kills. The error says that the run could not be made, not that
// the server failed; the report is good for what was done until then.
func Run(ctx context.Context, o Options) (report Report, err error) {
	if err := o.Validate(); err != nil {
		return report, err
	}
	report = Report{Rooms: o.Rooms, Members: o.Members, Log: o.Log}
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
	from, err := logSize(o.Log)
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
	if !srv.Kill() {
		return c, fmt.Errorf("the server had ended by itself: see %s", srv.Log)
	}
	killed := time.Now()
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
	p.Pause() // so that what is read stands still, and the history with it
	defer p.Resume()
	if err := p.audit(ctx); err != nil {
		return c, err
	}
	began := time.Now()
	verdict := p.History.Check(o.Patience)
	c.Checking, c.Acks, c.Faults = time.Since(began), verdict.Durable, len(verdict.Faults)
	return c, nil
}
