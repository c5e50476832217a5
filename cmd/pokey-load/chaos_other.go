//go:build !linux

package main

import (
	"context"
	"errors"
	"io"

	"example.com/pokey/cmd/pokey-load/report"
)

func (*chaosCommand) run(context.Context, io.Writer) (report.Report, error) {
	return nil, errors.New("chaos needs Linux")
}
