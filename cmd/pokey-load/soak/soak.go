// Package soak opens and closes very many connections in six styles, from the
// polite to the abusive, and checks that the server returns to its former state: as
// many goroutines, files and actors, and as much memory.
package soak

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// Options are the options of a run.
type Options struct {
	Site     *client.Site
	Metrics  string        // URL of the server's metrics, …/metrics
	Connects int           // connections in all, evenly over the styles
	Workers  int           // connections at a time, not counting half-open ones
	Sessions int           // users that connections take turns in
	HalfOpen int           // half-open connections at a time
	Hold     time.Duration // how long a half-open one waits for the server to end it
	Settle   time.Duration // how long the server is left alone before and after
	// Progress is called now and then with the number of connections made; nil
	// for nobody.
	Progress func(done int)
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	s.String(&o.Metrics, "metrics", "http://127.0.0.1:9090/metrics", "`URL` of the server's metrics")
	s.Int(&o.Connects, "connects", 100_000, 1, 10_000_000, "connections in all")
	s.Int(&o.Workers, "workers", 32, 1, 1000, "connections at a time, not counting half-open ones")
	s.Int(&o.Sessions, "sessions", 200, 1, 10_000, "users that the connections take turns in")
	s.Int(&o.HalfOpen, "half-open", 2000, 1, 10_000, "half-open connections at a time")
	s.Duration(&o.Hold, "hold", time.Minute, time.Millisecond, "how long a half-open connection waits for the server to close it")
	s.Duration(&o.Settle, "settle", 30*time.Second, time.Millisecond, "how long to leave the server alone before and after, at least; longer if it has not collected its garbage")
}

// Style is one way to come and go.
type Style struct {
	Name string `json:"name"`
	// Made is how many there were; Expected how many ended as the contract says.
	Made     int64 `json:"made"`
	Expected int64 `json:"expected"`
	// Unexpected are the other endings, and how often.
	Unexpected map[string]int64 `json:"unexpected,omitempty"`
}

// Change is one metric before and after.
type Change struct {
	Series string  `json:"series"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Limit  float64 `json:"limit"` // the growth that is accepted
	Over   bool    `json:"over"`
}

// Report holds the results of a run.
type Report struct {
	Connects int           `json:"connects"`
	Took     time.Duration `json:"took"`
	Styles   []Style       `json:"styles"`
	Changes  []Change      `json:"changes"`
}

// Failures implements [report.Report]: nothing may grow beyond its limit, and
// every connection must end as the contract says.
func (r Report) Failures() []string {
	var f report.Failures
	for _, c := range r.Changes {
		f.Add(c.Over, "%s grew by %+.0f, over the limit of %+.0f", c.Series, c.After-c.Before, c.Limit)
	}
	for _, s := range r.Styles {
		f.Add(s.Expected != s.Made, "%s: %d of %d connections did not end as expected: %s", s.Name, s.Made-s.Expected, s.Made, report.Counts(s.Unexpected))
	}
	f.Add(len(r.Changes) == 0, "nothing was measured")
	return f
}

// Run makes the connections and compares. The error says that the run could not
// be made.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := options.Validate(&o); err != nil {
		return Report{}, err
	}
	r := runner{Options: o, slots: make(chan struct{}, o.HalfOpen)}
	if err := r.warmUp(ctx); err != nil {
		return Report{}, err
	}
	before, err := r.settled(ctx)
	if err != nil {
		return Report{}, err
	}
	began := time.Now()
	styles := r.all(ctx, o.Connects)
	took := time.Since(began)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	after, err := r.settled(ctx)
	if err != nil {
		return Report{}, err
	}
	return Report{Connects: o.Connects, Took: took, Styles: styles, Changes: compare(before, after)}, nil
}

// runner is a run under way.
type runner struct {
	Options
	sessions []client.Session
	slots    chan struct{} // held by half-open connections
}

// warmUp makes the sessions and uses each of them once, so that the server holds its
// state of each user before the first measurement. Then it makes as many connections
// as are open at a time: tables and free lists grow with those once, and are not
// given back.
func (r *runner) warmUp(ctx context.Context) error {
	for range r.Sessions {
		session, err := r.Site.NewSession(ctx)
		if err != nil {
			return err
		}
		r.sessions = append(r.sessions, session)
		if ending := clean(ctx, r, session); ending != "" {
			return fmt.Errorf("warm-up: %s", ending)
		}
	}
	r.all(ctx, min(r.Connects, len(styles)*r.HalfOpen))
	return ctx.Err()
}

// settled returns the lowest values that the server's metrics reach while it is left
// alone: for as long as Settle says, and until it has collected its garbage, if it
// reports when it did.
func (r *runner) settled(ctx context.Context) (Sample, error) {
	began, least := time.Now(), make(Sample)
	poll := time.NewTicker(max(r.Settle/20, 10*time.Millisecond))
	defer poll.Stop()
	for {
		sample, err := Scrape(ctx, r.Metrics)
		if err != nil {
			return nil, err
		}
		least.Least(sample)
		collected, said := sample[lastCollection]
		garbage := said && collected < float64(began.Unix()) && time.Since(began) < collectionPatience
		if time.Since(began) >= r.Settle && !garbage {
			return least, nil
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// An idle Go program collects its garbage every two minutes.
const (
	lastCollection     = "go_memstats_last_gc_time_seconds"
	collectionPatience = 150 * time.Second
)

// all makes n connections, style by style in turn.
func (r *runner) all(ctx context.Context, n int) []Style {
	results := make([]Style, len(styles))
	for i, s := range styles {
		results[i] = Style{Name: s.name, Unexpected: make(map[string]int64)}
	}
	var next atomic.Int64
	var mu sync.Mutex
	note := func(style int, ending string) {
		mu.Lock()
		defer mu.Unlock()
		results[style].Made++
		if ending == "" {
			results[style].Expected++
		} else {
			results[style].Unexpected[ending]++
		}
	}
	var working, holding sync.WaitGroup
	for range r.Workers {
		working.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if r.Progress != nil && i > 0 && i%1000 == 0 {
					r.Progress(i)
				}
				style, session := i%len(styles), r.sessions[i/len(styles)%len(r.sessions)]
				if !styles[style].holds {
					note(style, styles[style].connect(ctx, r, session))
					continue
				}
				r.slots <- struct{}{}
				holding.Go(func() {
					defer func() { <-r.slots }()
					note(style, styles[style].connect(ctx, r, session))
				})
			}
		})
	}
	working.Wait()
	holding.Wait()
	return results
}

// limit returns the accepted growth of a metric, and whether the metric is judged.
// The limits of goroutines, heap and files are the project's goals for a run of any
// length. The server's own counts must return exactly to what they were.
func limit(series string) (growth float64, judged bool) {
	switch series {
	case "go_goroutines":
		return 50, true
	case "go_memstats_heap_inuse_bytes":
		return 10 << 20, true
	case "process_open_fds":
		return 5, true
	case "process_resident_memory_bytes", "go_memstats_heap_alloc_bytes", "go_memstats_stack_inuse_bytes", "go_threads":
		return 0, false // of interest, but they do not depend on the server alone
	}
	return 0, strings.HasPrefix(series, "pokey_")
}

// compare lists the metrics that are judged and those that are only of interest.
func compare(before, after Sample) []Change {
	var changes []Change
	for _, series := range interesting(before, after) {
		growth, judged := limit(series)
		c := Change{Series: series, Before: before[series], After: after[series], Limit: growth}
		c.Over = judged && c.After-c.Before > growth
		changes = append(changes, c)
	}
	return changes
}
