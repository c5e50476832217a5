package main

import (
	"context"
	"flag"
	"io"
	"time"

	"example.com/pokey/cmd/pokey-load/hostile"
)

func hostileCommand(flags *flag.FlagSet, stderr io.Writer) func(context.Context) (outcome, error) {
	var o hostile.Options
	flags.StringVar(&o.Binary, "binary", "", "the server's binary")
	flags.StringVar(&o.Etcd, "etcd", "etcd", "etcd's binary, for three nodes")
	flags.StringVar(&o.Dir, "data", "", "directory for data and logs (default a new one)")
	flags.IntVar(&o.Nodes, "nodes", 1, "nodes, 1 or 3")
	flags.IntVar(&o.Rooms, "rooms", 200, "rooms that play")
	flags.IntVar(&o.Members, "members", 5, "members of each room")
	flags.Float64Var(&o.Rate, "rate", 200, "changes a second over all rooms")
	flags.DurationVar(&o.Duration, "duration", 5*time.Minute, "how long to attack")
	flags.DurationVar(&o.Before, "before", 30*time.Second, "how long to measure before and after")
	flags.DurationVar(&o.Settle, "settle", 5*time.Second, "how long after the attack everything is to be as before")
	memory := flags.Int64("memory", 512, "what each server may have, in MiB")
	flags.Float64Var(&o.Ratio, "ratio", 1.25, "how many times as long the players' p99 may be; 0 for whatever it is")
	flags.StringVar(&o.Only, "only", "", "the one attack to make, by its name in the report")
	return func(ctx context.Context) (outcome, error) {
		o.Memory = *memory << 20
		if err := o.Validate(); err != nil {
			return outcome{}, err
		}
		binaries := []*string{&o.Binary}
		if o.Nodes > 1 {
			binaries = append(binaries, &o.Etcd)
		}
		if err := absolute(&o.Dir, "pokey-hostile-", binaries...); err != nil {
			return outcome{}, err
		}
		o.Progress = func(format string, args ...any) { say(stderr, format, args...) }
		report, err := hostile.Run(ctx, o)
		if err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Passed()}, nil
	}
}
