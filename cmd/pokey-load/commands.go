package main

import (
	"context"
	"io"

	"example.com/pokey/cmd/pokey-load/chaos"
	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/compare"
	"example.com/pokey/cmd/pokey-load/cost"
	"example.com/pokey/cmd/pokey-load/crash"
	"example.com/pokey/cmd/pokey-load/herd"
	"example.com/pokey/cmd/pokey-load/hostile"
	"example.com/pokey/cmd/pokey-load/load"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
	"example.com/pokey/cmd/pokey-load/soak"
)

type loadCommand struct {
	target  options.Target
	options load.Options
	turns   int // for load.Compare; 0 for one measurement
}

func (c *loadCommand) Declare(s *options.Set) {
	c.target.Declare(s, 0)
	c.options.Declare(s)
	s.Int(&c.turns, "turns", 0, 0, 1000, "compare: measure alone and beside the abusers in turn, this many times; 0 for one measurement with them")
}

func (c *loadCommand) run(ctx context.Context, _ io.Writer) (report.Report, error) {
	var err error
	if c.options.Site, err = c.target.Site(); err != nil {
		return nil, err
	}
	// Abusers have an address of their own where -sources gives the others several.
	if c.options.Abusers, err = client.NewSite(c.target.URL, client.SiteOptions{AllowRemote: c.target.AllowRemote}); err != nil {
		return nil, err
	}
	if c.turns != 0 {
		return orError(load.Compare(ctx, c.options, c.turns))
	}
	return orError(load.Run(ctx, c.options))
}

type soakCommand struct {
	target  options.Target
	options soak.Options
}

func (c *soakCommand) Declare(s *options.Set) {
	c.target.Declare(s, 16)
	c.options.Declare(s)
}

func (c *soakCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	var err error
	if c.options.Site, err = c.target.Site(); err != nil {
		return nil, err
	}
	c.options.Progress = func(done int) { logf(stderr, "%d connections", done) }
	return orError(soak.Run(ctx, c.options))
}

type crashCommand struct{ crash.Options }

func (c *crashCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	if err := c.Prepare("pokey-crash-"); err != nil {
		return nil, err
	}
	out := report.NewPrinter(stderr)
	crash.PrintHead(out)
	c.Progress = func(cycle crash.Cycle) { cycle.Print(out) }
	found, err := crash.Run(ctx, c.Options)
	if len(found.Cycles) == 0 && err != nil {
		return nil, err
	}
	return found, err
}

type hostileCommand struct{ hostile.Options }

func (c *hostileCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	if c.Nodes == 1 {
		c.Etcd = "" // it need not be there
	}
	if err := c.Prepare("pokey-hostile-"); err != nil {
		return nil, err
	}
	c.Progress = func(format string, args ...any) { logf(stderr, format, args...) }
	return orError(hostile.Run(ctx, c.Options))
}

type herdCommand struct{ herd.Options }

func (c *herdCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	if err := c.Prepare("pokey-herd-"); err != nil {
		return nil, err
	}
	c.Progress = func(format string, args ...any) { logf(stderr, format, args...) }
	return orError(herd.Run(ctx, c.Options))
}

type costCommand struct{ cost.Options }

func (c *costCommand) run(ctx context.Context, _ io.Writer) (report.Report, error) {
	if err := c.Prepare("pokey-cost-"); err != nil {
		return nil, err
	}
	return orError(cost.Run(ctx, c.Options))
}

type compareCommand struct{ compare.Options }

func (c *compareCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	if err := c.Prepare("pokey-compare-", &c.Peer); err != nil {
		return nil, err
	}
	c.Progress = func(format string, args ...any) { logf(stderr, format, args...) }
	return orError(compare.Run(ctx, c.Options))
}

// orError drops the report of a run that could not be made.
func orError[R report.Report](found R, err error) (report.Report, error) {
	if err != nil {
		return nil, err
	}
	return found, nil
}

type chaosCommand struct{ chaos.Options }
