package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"example.com/pokey/cmd/pokey-load/cost"
)

func costCommand(flags *flag.FlagSet, _ io.Writer) func(context.Context) (outcome, error) {
	var o cost.Options
	flags.StringVar(&o.Binary, "binary", "", "the server's binary")
	flags.StringVar(&o.Etcd, "etcd", "etcd", "etcd's binary")
	flags.StringVar(&o.Dir, "data", "", "directory for data and logs (default a new one)")
	flags.IntVar(&o.Members, "members", 1000, "members of the large room")
	flags.IntVar(&o.Rooms, "rooms", 50, "rooms of four members, for the requests")
	flags.DurationVar(&o.Duration, "duration", 20*time.Second, "how long to measure each thing")
	flags.DurationVar(&o.Rest, "rest", 5*time.Second, "how long to leave the servers alone, or let them warm up, before")
	return func(ctx context.Context) (outcome, error) {
		if err := o.Validate(); err != nil {
			return outcome{}, err
		}
		if err := absolute(&o.Dir, "pokey-cost-", &o.Binary, &o.Etcd); err != nil {
			return outcome{}, err
		}
		report, err := cost.Run(ctx, o)
		if err != nil {
			return outcome{}, err
		}
		return outcome{report, report.Sound()}, nil
	}
}

// absolute makes paths absolute, because servers have a directory of their own,
// and makes a new one with the prefix where none is given. A binary's name alone is
// looked up.
func absolute(dir *string, prefix string, binaries ...*string) (err error) {
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", prefix); err != nil {
			return err
		}
	}
	if *dir, err = filepath.Abs(*dir); err != nil {
		return err
	}
	for _, path := range binaries {
		err = errors.Join(err, absoluteBinary(path))
	}
	return err
}

func absoluteBinary(path *string) error {
	if *path == "" {
		return nil
	}
	found, err := exec.LookPath(*path)
	if err != nil {
		return err
	}
	*path, err = filepath.Abs(found)
	return err
}
