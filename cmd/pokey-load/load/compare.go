package load

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// Comparison compares ordinary clients alone with ordinary clients beside abusers.
// Both are measured in turn, so that other load on the machine affects both alike.
type Comparison struct {
	Rooms   int           `json:"rooms"`
	Members int           `json:"members"`
	Rate    float64       `json:"rate"` // changes a second over all rooms
	Each    time.Duration `json:"each"` // measured alone, and beside, in each turn
	Turns   []Turn        `json:"turns"`
	Lost    int64         `json:"lost"` // connections of ordinary clients
	LostWhy string        `json:"lostWhy,omitempty"`

	// Medians over the turns of the ratio beside/alone.
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	CPU float64 `json:"cpu,omitempty"` // of the server, if its process is known
}

// Turn is one measurement alone and the one beside abusers that came next.
type Turn struct {
	Alone  Window `json:"alone"`
	Beside Window `json:"beside"`
	Abuse  Abuse  `json:"abuse"`
}

// Window is one measurement.
type Window struct {
	Estimates Latency       `json:"estimates"` // from sending one to each other member's seeing it
	CPU       time.Duration `json:"cpu"`       // of the server, if its process is known
	// Refused is how often requests were refused, by code.
	Refused map[string]uint64 `json:"refused,omitempty"`
}

// Failures implements [report.Report]: every ordinary client must be served
// throughout.
func (c Comparison) Failures() []string {
	var f report.Failures
	f.Add(c.Lost > 0, "%d connections of ordinary clients were lost, the first: %s", c.Lost, c.LostWhy)
	for i, t := range c.Turns {
		f.Add(t.Alone.Estimates.Count == 0, "turn %d: no estimate was seen alone", i+1)
		f.Add(t.Beside.Estimates.Count == 0, "turn %d: no estimate was seen beside the abusers", i+1)
	}
	return f
}

// Compare lets the rooms play at a steady rate and compares, turn by turn. An
// error means that the run could not be made.
func Compare(ctx context.Context, o Options, turns int) (Comparison, error) {
	switch {
	case o.Shape != "paced":
		return Comparison{}, errors.New("turns: only for shape paced, whose load does not depend on the server")
	case o.Stalled+o.Slow+o.Flooding == 0 || turns < 1 || turns > 1000:
		return Comparison{}, errors.New("turns: 1 to 1000, and at least one abuser")
	}
	if err := options.Validate(&o); err != nil {
		return Comparison{}, err
	}
	p, err := NewParty(ctx, o)
	if err != nil {
		return Comparison{}, err
	}
	defer p.End()
	r := p.run
	c := Comparison{Rooms: o.Rooms, Members: o.Members, Rate: o.Rate, Each: o.Duration}
	for range turns {
		t, err := r.compare(ctx)
		if err != nil {
			return Comparison{}, err
		}
		c.Turns = append(c.Turns, t)
	}
	c.Lost, c.LostWhy = p.Lost()
	c.P50 = c.median(func(w Window) float64 { return float64(w.Estimates.P50) })
	c.P99 = c.median(func(w Window) float64 { return float64(w.Estimates.P99) })
	c.CPU = c.median(func(w Window) float64 { return float64(w.CPU) })
	return c, nil
}

// compare is one turn.
func (r *run) compare(ctx context.Context) (t Turn, err error) {
	if t.Alone, err = r.window(ctx); err != nil {
		return t, err
	}
	abusing, cancel := context.WithCancel(ctx)
	abuse := r.startAbuse(abusing)
	t.Beside, err = r.window(ctx)
	cancel()
	abuse.working.Wait()
	t.Abuse = abuse.result()
	return t, err
}

// window measures once, some time after the abusers came or went.
func (r *run) window(ctx context.Context) (Window, error) { return r.windowUntil(ctx, nil) }

func (r *run) windowUntil(ctx context.Context, done <-chan struct{}) (Window, error) {
	if err := client.Pause(ctx, r.WarmUp); err != nil {
		return Window{}, err
	}
	from, err := r.usage()
	if err != nil {
		return Window{}, err
	}
	for _, room := range r.rooms {
		room.start(time.Now())
	}
	select {
	case <-done:
	case <-time.After(r.Duration):
	case <-ctx.Done():
		return Window{}, ctx.Err()
	}
	var total tally
	for _, room := range r.rooms {
		total.merge(room.finish())
	}
	to, err := r.usage()
	return Window{Estimates: total.estimates.latency(), CPU: to.CPU - from.CPU, Refused: total.refused}, err
}

// median is the median over the turns of a figure beside by the same alone.
func (c Comparison) median(figure func(Window) float64) float64 {
	var ratios []float64
	for _, t := range c.Turns {
		if alone := figure(t.Alone); alone > 0 {
			ratios = append(ratios, figure(t.Beside)/alone)
		}
	}
	slices.Sort(ratios)
	if len(ratios) == 0 {
		return 0
	}
	return (ratios[(len(ratios)-1)/2] + ratios[len(ratios)/2]) / 2
}

// Print implements [report.Report].
func (c Comparison) Print(p *report.Printer) {
	p.Line("%d × %d = %d ordinary clients, %.0f changes a second, %d lost", c.Rooms, c.Members, c.Rooms*c.Members, c.Rate, c.Lost)
	p.Row("alone p50", "p99", "CPU", "beside p50", "p99", "CPU", "stalled", "slow", "flooding", "flooded", "kept out")
	for _, t := range c.Turns {
		p.Row(t.Alone.Estimates.P50, t.Alone.Estimates.P99, t.Alone.CPU, t.Beside.Estimates.P50, t.Beside.Estimates.P99, t.Beside.CPU,
			t.Abuse.Stalled, t.Abuse.Slow, t.Abuse.Flooding, t.Abuse.Flooded, t.Abuse.Refused)
	}
	p.Line("medians of the ratios: p50 %.2f, p99 %.2f, CPU %.2f", c.P50, c.P99, c.CPU)
}
