package main

import (
	"context"
	"io"

	"example.com/pokey/cmd/pokey-load/chaos"
	"example.com/pokey/cmd/pokey-load/lab"
	"example.com/pokey/cmd/pokey-load/report"
)

func (c *chaosCommand) run(ctx context.Context, stderr io.Writer) (report.Report, error) {
	if !lab.Inside() {
		return nil, errLab
	}
	if c.Embedded {
		c.Etcd = "" // it need not be there
	}
	if err := c.Prepare("pokey-chaos-", &c.Binary2); err != nil {
		return nil, err
	}
	out := report.NewPrinter(stderr)
	chaos.PrintHead(out)
	c.Progress = func(r chaos.Row) { r.Print(out) }
	found, err := chaos.Run(ctx, c.Options)
	if len(found.Rows) == 0 && err != nil {
		return nil, err
	}
	return found, err
}
