package load

import (
	"context"
	"errors"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Comparison is what ordinary clients got when they were alone and beside
// abusers, in turn, so that whatever else the machine does hits both alike.
type Comparison struct {
	Rooms   int           `json:"rooms"`
	Members int           `json:"members"`
	Rate    float64       `json:"rate"` // changes a second over all rooms
	Each    time.Duration `json:"each"` // measured alone, and beside, in each turn
	Turns   []Turn        `json:"turns"`
	Lost    int64         `json:"lost"` // connections of ordinary clients
	LostWhy string        `json:"lostWhy,omitempty"`

	// The medians over the turns of what it was beside by what it was alone.
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

// Sound reports whether every ordinary client was served throughout.
func (c Comparison) Sound() bool {
	return c.Lost == 0 && !slices.ContainsFunc(c.Turns, func(t Turn) bool {
		return t.Alone.Estimates.Count == 0 || t.Beside.Estimates.Count == 0
	})
}

// Beside lets the rooms play at a steady rate and compares, turn by turn. The
// error says that the run could not be made.
func Beside(ctx context.Context, o Options, turns int) (Comparison, error) {
	switch {
	case o.Shape != "paced":
		return Comparison{}, errors.New("turns: only of shape paced, which does as much whatever it gets")
	case o.Stalled+o.Slow+o.Flooding == 0 || turns < 1 || turns > 1000:
		return Comparison{}, errors.New("turns: 1 to 1000, and somebody to be beside")
	}
	if err := o.Validate(); err != nil {
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
func (r *run) window(ctx context.Context) (Window, error) {
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
	if err := client.Pause(ctx, r.Duration); err != nil {
		return Window{}, err
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

// Print writes the comparison for a person to read.
func (c Comparison) Print(w io.Writer) {
	line(w, "%d × %d = %d ordinary clients, %.0f changes a second, %d lost %s", c.Rooms, c.Members, c.Rooms*c.Members, c.Rate, c.Lost, c.LostWhy)
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	line(out, "alone p50\tp99\tCPU\tbeside p50\tp99\tCPU\tstalled\tslow\tflooding\tflooded\tkept out")
	for _, t := range c.Turns {
		line(out, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d",
			short(t.Alone.Estimates.P50), short(t.Alone.Estimates.P99), short(t.Alone.CPU),
			short(t.Beside.Estimates.P50), short(t.Beside.Estimates.P99), short(t.Beside.CPU),
			t.Abuse.Stalled, t.Abuse.Slow, t.Abuse.Flooding, t.Abuse.Flooded, t.Abuse.Refused)
	}
	_ = out.Flush()
	line(w, "medians of the ratios: p50 %.2f, p99 %.2f, CPU %.2f", c.P50, c.P99, c.CPU)
}
