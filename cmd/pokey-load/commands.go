package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/crash"
	"example.com/pokey/cmd/pokey-load/lab"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/soak"
)

// The exit statuses.
const (
	passed = 0
	failed = 1
	broken = 2
)

// command is one sub-command: it defines its flags and returns what to do once
// they are parsed.
type command func(flags *flag.FlagSet, stderr io.Writer) func(ctx context.Context) (outcome, error)

// outcome is a report and whether it is a good one.
type outcome struct {
	report interface{ Print(w io.Writer) }
	passed bool
}

// errLab is a command's wish to be run in a lab.
var errLab = errors.New("must be run in a lab")

// run is the program: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name, command := "load", command(loadCommand)
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	switch name {
	case "load":
	case "crash":
		command = crashCommand
	case "soak":
		command = soakCommand
	case "chaos":
		command = chaosCommand
	case "cluster-cost":
		command = costCommand
	case "hostile":
		command = hostileCommand
	default:
		say(stderr, "no command %q: load, crash, soak, chaos, cluster-cost or hostile", name)
		return broken
	}
	flags := flag.NewFlagSet("pokey-load "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "%s, one of pokey-load [load], crash, soak, chaos, cluster-cost and hostile:\n", flags.Name())
		flags.PrintDefaults()
	}
	asJSON := flags.Bool("json", false, "write the report as JSON")
	do := command(flags, stderr)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return passed
		}
		return broken
	}
	if flags.NArg() > 0 {
		say(stderr, "what is %q?", flags.Arg(0))
		return broken
	}
	out, err := do(ctx)
	if errors.Is(err, errLab) {
		status, err := lab.Enter(ctx, append([]string{name}, args...), stdout, stderr)
		if err != nil {
			say(stderr, "%v", err)
			return broken
		}
		return status
	}
	if err != nil {
		say(stderr, "%v", err)
	}
	if out.report != nil {
		err = errors.Join(err, write(stdout, out, *asJSON))
	}
	switch {
	case err != nil:
		return broken
	case !out.passed:
		return failed
	}
	return passed
}

func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, "pokey-load: "+format+"\n", args...)
}

func write(w io.Writer, out outcome, asJSON bool) error {
	if !asJSON {
		out.report.Print(w)
		return nil
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out.report)
}

// siteFlags define the flags that say which server.
func siteFlags(flags *flag.FlagSet, sources int) func() (*client.Site, error) {
	url := flags.String("url", "http://127.0.0.1:8080", "the server's address")
	remote := flags.Bool("allow-remote", false, "let the address be another machine's, with its owner's consent")
	from := flags.Int("sources", sources, "loopback addresses to come from, at most 250; 0 for the system's choice")
	return func() (*client.Site, error) {
		return client.NewSite(*url, client.SiteOptions{AllowRemote: *remote, Sources: *from})
	}
}

func loadCommand(flags *flag.FlagSet, _ io.Writer) func(context.Context) (outcome, error) {
	site := siteFlags(flags, 0)
	var o load.Options
	flags.StringVar(&o.Shape, "shape", "burst", "burst, seq, paced or idle")
	flags.IntVar(&o.Rooms, "rooms", 200, "rooms")
	flags.IntVar(&o.Members, "members", 10, "members of each room")
	flags.DurationVar(&o.Duration, "duration", 20*time.Second, "how long to measure")
	flags.DurationVar(&o.WarmUp, "warm-up", 2*time.Second, "how long to play before")
	flags.DurationVar(&o.Rest, "rest", time.Second, "how long to leave the server alone before its memory is read")
	flags.DurationVar(&o.StallAfter, "stall-after", 0, "how long a room may be quiet at the end; 0 for half the duration, at most 5s")
	flags.Float64Var(&o.Rate, "rate", 1000, "changes a second over all rooms, for shape paced")
	flags.Func("pid", "the server's `PROCESS[,…]`, for what it takes", func(list string) error {
		for text := range strings.SplitSeq(list, ",") {
			pid, err := strconv.Atoi(text)
			if err != nil {
				return err
			}
			o.PIDs = append(o.PIDs, pid)
		}
		return nil
	})
	flags.IntVar(&o.Stalled, "stalled", 0, "connections that join a room and stop reading")
	flags.IntVar(&o.Slow, "slow", 0, "connections that join a room and read a message a second")
	turns := flags.Int("turns", 0, "compare: measure alone and beside the abusers in turn, so many times; 0 for one measurement with them")
	flags.IntVar(&o.Flooding, "flooding", 0, "connections that send as fast as they can")
	flags.IntVar(&o.Dialers, "dialers", 32, "connections to set up at a time")
	return func(ctx context.Context) (outcome, error) {
		var err error
		if o.Site, err = site(); err != nil {
			return outcome{}, err
		}
		// Abusers have an address of their own where -sources gives the others several.
		remote := flags.Lookup("allow-remote").Value.String() == "true"
		if o.Abusers, err = client.NewSite(flags.Lookup("url").Value.String(), client.SiteOptions{AllowRemote: remote}); err != nil {
			return outcome{}, err
		}
		if *turns != 0 {
			comparison, err := load.Beside(ctx, o, *turns)
			if err != nil {
				return outcome{}, err
			}
			return outcome{comparison, comparison.Sound()}, nil
		}
		report, err := load.Run(ctx, o)
		if err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Sound()}, nil
	}
}

func crashCommand(flags *flag.FlagSet, stderr io.Writer) func(context.Context) (outcome, error) {
	var o crash.Options
	var args string
	flags.StringVar(&o.Binary, "binary", "", "the server's binary")
	flags.StringVar(&args, "args", "", "more flags for it, separated by spaces")
	flags.StringVar(&o.Dir, "data", "", "directory for the server's data, its log and the histories of faulty rooms (default a new one)")
	flags.IntVar(&o.Rooms, "rooms", 100, "rooms")
	flags.IntVar(&o.Members, "members", 5, "members of each room")
	flags.IntVar(&o.Cycles, "cycles", 20, "how often to kill")
	flags.IntVar(&o.Renew, "renew", 25, "cycles after which new rooms are made")
	flags.DurationVar(&o.Life, "life", 2*time.Second, "the longest that the server lives")
	flags.DurationVar(&o.Think, "think", 50*time.Millisecond, "a member's pause before a request, on average")
	flags.IntVar(&o.AtOnce, "at-once", 1, "clears that an owner asks for without waiting for answers")
	flags.DurationVar(&o.Patience, "patience", 30*time.Second, "for clients to come back, and for each room's check")
	flags.DurationVar(&o.Backoff.Min, "backoff-min", 100*time.Millisecond, "clients' first ceiling before they connect again (the page's is 500ms)")
	flags.DurationVar(&o.Backoff.Max, "backoff-max", 2*time.Second, "clients' last ceiling (the page's is 10s)")
	return func(ctx context.Context) (outcome, error) {
		o.Args = strings.Fields(args)
		if err := o.Validate(); err != nil {
			return outcome{}, err
		}
		if o.Dir == "" {
			dir, err := os.MkdirTemp("", "pokey-crash-")
			if err != nil {
				return outcome{}, err
			}
			o.Dir = dir
		}
		o.Log = filepath.Join(o.Dir, "server.log")
		crash.PrintHead(stderr)
		o.Progress = func(c crash.Cycle) { c.Print(stderr) }
		report, err := crash.Run(ctx, o)
		if len(report.Cycles) == 0 && err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Passed()}, err
	}
}

func soakCommand(flags *flag.FlagSet, stderr io.Writer) func(context.Context) (outcome, error) {
	site := siteFlags(flags, 16)
	var o soak.Options
	flags.StringVar(&o.Metrics, "metrics", "http://127.0.0.1:9090/metrics", "the server's metrics")
	flags.IntVar(&o.Connects, "connects", 100_000, "connections in all")
	flags.IntVar(&o.Workers, "workers", 32, "connections at a time, half-open ones aside")
	flags.IntVar(&o.Sessions, "sessions", 200, "users that they take turns in")
	flags.IntVar(&o.HalfOpen, "half-open", 2000, "half-open connections at a time")
	flags.DurationVar(&o.Hold, "hold", time.Minute, "how long a half-open connection waits to be given up")
	flags.DurationVar(&o.Settle, "settle", 30*time.Second, "how long to leave the server alone before and after, at least: until it has collected its garbage")
	return func(ctx context.Context) (outcome, error) {
		var err error
		if o.Site, err = site(); err != nil {
			return outcome{}, err
		}
		o.Progress = func(done int) { say(stderr, "%d connections", done) }
		report, err := soak.Run(ctx, o)
		if err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Passed()}, nil
	}
}
