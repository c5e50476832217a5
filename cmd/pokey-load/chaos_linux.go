package main

import (
	"context"
	"flag"
	"io"
	"strings"
	"time"

	"example.com/pokey/cmd/pokey-load/chaos"
	"example.com/pokey/cmd/pokey-load/lab"
)

func chaosCommand(flags *flag.FlagSet, stderr io.Writer) func(context.Context) (outcome, error) {
	o := chaos.Options{}
	var names, args string
	flags.StringVar(&o.Binary, "binary", "", "the server's binary")
	flags.StringVar(&o.Binary2, "binary2", "", "the binary that it is upgraded to (default the same)")
	flags.StringVar(&o.Etcd, "etcd", "etcd", "etcd's binary")
	flags.StringVar(&args, "args", "", "more flags for the server, separated by spaces")
	flags.StringVar(&o.Dir, "data", "", "directory for logs, certificates and the histories of faulty rooms (default a new one)")
	flags.IntVar(&o.Rooms, "rooms", 200, "rooms")
	flags.IntVar(&o.Members, "members", 5, "members of each room, who sit on all nodes in turn")
	flags.Float64Var(&o.Rate, "rate", 300, "requests a second over all rooms")
	flags.StringVar(&names, "faults", "all", "what shall go wrong, in order: "+strings.Join(chaos.FaultNames, ","))
	flags.IntVar(&o.Rounds, "rounds", 1, "how often all of it")
	flags.Uint64Var(&o.Seed, "seed", 0, "of who is hit; 0 for a random one")
	flags.BoolVar(&o.Settle, "settle", true, "wait in the end until everybody has expired, and look what is left")
	flags.DurationVar(&o.Quiet, "quiet", 3*time.Second, "how long nothing goes wrong before each fault")
	flags.DurationVar(&o.Patience, "patience", 60*time.Second, "for everybody to be back after a fault, and for each room's check")
	return func(ctx context.Context) (outcome, error) {
		o.Args = strings.Fields(args)
		if names != "all" {
			o.Faults = strings.Split(names, ",")
		}
		if err := o.Validate(); err != nil {
			return outcome{}, err
		}
		if !lab.Inside() {
			return outcome{}, errLab
		}
		if err := absolute(&o.Dir, "pokey-chaos-", &o.Binary, &o.Binary2, &o.Etcd); err != nil {
			return outcome{}, err
		}
		chaos.PrintHead(stderr)
		o.Progress = func(r chaos.Row) { r.Print(stderr) }
		report, err := chaos.Run(ctx, o)
		if len(report.Rows) == 0 && err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Passed()}, err
	}
}
