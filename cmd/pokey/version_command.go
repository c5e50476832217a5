package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

const versionUsage = "usage: pokey version: prints the version"

func printVersion(args []string, w io.Writer) error {
	fs := flag.NewFlagSet("pokey version", flag.ContinueOnError)
	words, err := parseWords(fs, args, usage(fs, w, versionUsage))
	if err == nil && len(words) > 0 {
		err = errors.New(versionUsage)
	}
	if err != nil {
		return exit{exitUsage, err}
	}
	_, err = fmt.Fprintln(w, version())
	return err
}
