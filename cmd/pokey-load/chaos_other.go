//go:build !linux

package main

import (
	"context"
	"errors"
	"flag"
	"io"
)

func chaosCommand(*flag.FlagSet, io.Writer) func(context.Context) (outcome, error) {
	return func(context.Context) (outcome, error) {
		return outcome{}, errors.New("chaos needs Linux")
	}
}
