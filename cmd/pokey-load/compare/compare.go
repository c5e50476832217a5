// Package compare measures Pokey beside a peer: another server that delivers messages to
// the members of rooms. Both do the same, in turn, each time with a fresh server, so that
// other load on the machine affects both alike.
//
// The peer is Centrifugo, whose program the caller provides. It neither answers for a
// change that is on disk, nor knows rooms, rules and who may do what: what Pokey does
// besides is part of what it costs.
package compare

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/process"
	"example.com/pokey/cmd/pokey-load/servers"
)

// Options are the options of a run.
type Options struct {
	options.Programs
	Peer     string // the peer's program
	Turns    int    // how often each is measured
	Rooms    int    // multiplied with the rooms of each shape, divided by 200
	Duration time.Duration
	WarmUp   time.Duration
	Rest     time.Duration // before the memory is read
	Only     []string      // names of shapes; nil for all
	Memory   bool          // Pokey keeps rooms in memory
	Progress func(format string, args ...any)
}

// Declare implements [options.Options].
func (o *Options) Declare(s *options.Set) {
	o.Programs.Declare(s)
	s.String(&o.Peer, "peer", "", "the `PROGRAM` to compare with: centrifugo; required")
	s.Int(&o.Turns, "turns", 3, 1, 100, "how often to measure each")
	s.Int(&o.Rooms, "rooms", 200, 1, 2000, "rooms of ten members; other shapes in proportion")
	s.Duration(&o.Duration, "duration", 10*time.Second, time.Millisecond, "how long to measure each time")
	s.Duration(&o.WarmUp, "warm-up", 2*time.Second, 0, "how long to play before")
	s.Duration(&o.Rest, "rest", time.Second, 0, "how long to leave a server alone before its memory is read")
	s.Bool(&o.Memory, "memory", false, "let Pokey keep rooms in memory; by default each change is on disk before it is shown")
	s.Func("only", "`SHAPES` to measure, by name, separated by commas: seq200x10,idle", func(text string) error {
		o.Only = strings.Split(text, ",")
		return nil
	})
	s.Require(o.Peer != "", "-peer is required")
	for _, name := range o.Only {
		known := slices.ContainsFunc(shapes, func(c Case) bool { return c.Name == name })
		s.Require(known, "-only: there is no shape %q", name)
	}
}

// Case is something that both do.
type Case struct {
	Name    string  `json:"name"`
	Shape   string  `json:"shape"`
	Rooms   int     `json:"rooms"`
	Members int     `json:"members"`
	Rate    float64 `json:"rate,omitempty"` // changes a second, of shape paced
	Goal    float64 `json:"goal"`           // the ratio of CPU a delivery; kB a connection for shape idle
}

// shapes are all cases. Paced is a working day: two hundred teams that do five things a
// second each.
var shapes = []Case{
	{"seq200x10", "seq", 200, 10, 0, 0.85},
	{"burst200x10", "burst", 200, 10, 0, 0.8},
	{"seq20x100", "seq", 20, 100, 0, 0.85},
	{"burst20x100", "burst", 20, 100, 0, 0.3},
	{"burst1x1000", "burst", 1, 1000, 0, 0.08},
	{"paced200x10", "paced", 200, 10, 1000, 1},
	{"idle200x10", "idle", 200, 10, 0, 16},
}

// Result is a case with its measurements, turn by turn.
type Result struct {
	Case
	Peer  []load.Report `json:"peer"`
	Pokey []load.Report `json:"pokey"`
}

// Report holds the results of a run.
type Report struct {
	Results []Result `json:"results"`
}

// Run measures everything.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := options.Validate(&o); err != nil {
		return Report{}, err
	}
	var report Report
	for _, c := range shapes {
		if len(o.Only) > 0 && !slices.Contains(o.Only, c.Name) {
			continue
		}
		c.Rooms, c.Rate = max(1, c.Rooms*o.Rooms/200), c.Rate*float64(o.Rooms)/200
		result := Result{Case: c}
		for turn := range o.Turns {
			peer, err := o.peer(ctx, c)
			if err != nil {
				return report, fmt.Errorf("%s, peer: %w", c.Name, err)
			}
			pokey, err := o.pokey(ctx, c)
			if err != nil {
				return report, fmt.Errorf("%s, pokey: %w", c.Name, err)
			}
			result.Peer, result.Pokey = append(result.Peer, peer), append(result.Pokey, pokey)
			o.Progress("%s, turn %d of %d: %s", c.Name, turn+1, o.Turns, result.last())
		}
		report.Results = append(report.Results, result)
	}
	return report, nil
}

// load returns what both are to do.
func (o *Options) load(c Case, pid int) load.Options {
	return load.Options{
		Shape: c.Shape, Rooms: c.Rooms, Members: c.Members, Rate: c.Rate, PIDs: []int{pid},
		Duration: o.Duration, WarmUp: o.WarmUp, Rest: o.Rest, Dialers: 32,
	}
}

// fresh makes a directory for one server.
func (o *Options) fresh() (string, error) { return os.MkdirTemp(o.Dir, "server-") }

func (o *Options) pokey(ctx context.Context, c Case) (load.Report, error) {
	dir, err := o.fresh()
	if err != nil {
		return load.Report{}, err
	}
	programs := o.Programs
	programs.Dir = dir
	programs.Args = append(slices.Clone(servers.Limitless), o.Args...)
	if o.Memory {
		programs.Args = append(programs.Args, "-data", "none")
	}
	running, err := servers.One(ctx, servers.Options{Programs: programs})
	defer running.Kill()
	if err != nil {
		return load.Report{}, err
	}
	what := o.load(c, running.Nodes[0].PID())
	what.Site = running.Sites[0]
	return load.Run(ctx, what)
}

func (o *Options) peer(ctx context.Context, c Case) (load.Report, error) {
	dir, err := o.fresh()
	if err != nil {
		return load.Report{}, err
	}
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return load.Report{}, err
	}
	host, port, _ := strings.Cut(address, ":")
	p := &process.Process{Name: "peer", Path: o.Peer, Dir: dir, Log: filepath.Join(dir, "peer.log"), Env: []string{
		"CENTRIFUGO_HTTP_SERVER_ADDRESS=" + host, "CENTRIFUGO_HTTP_SERVER_PORT=" + port,
		"CENTRIFUGO_CLIENT_INSECURE=true", "CENTRIFUGO_HEALTH_ENABLED=true", "CENTRIFUGO_LOG_LEVEL=error",
		"CENTRIFUGO_CLIENT_CONNECTION_LIMIT=" + strconv.Itoa(2*c.Rooms*c.Members),
	}}
	if err := p.Start(); err != nil {
		return load.Report{}, err
	}
	defer p.Kill()
	if err := p.Await(ctx, process.Answers("http://"+address+"/health")); err != nil {
		return load.Report{}, err
	}
	return load.RunPeer(ctx, "ws://"+address+"/connection/websocket", o.load(c, p.PID()))
}
