package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

// Help is the same however it is asked for, names every subcommand, and has every
// flag in one group.
func TestHelp(t *testing.T) {
	var first string
	for _, args := range [][]string{{"help"}, {"-help"}, {"-h"}, {"--help"}} {
		var b bytes.Buffer
		err := run(context.Background(), args, func(string) string { return "" }, &b, nil)
		if code := exitCode(err, &b); code != 0 {
			t.Errorf("%q: got exit code %d, want 0", args, code)
		}
		if first == "" {
			first = b.String()
		}
		if b.String() != first {
			t.Errorf("%q: got\n%s\nwant\n%s", args, b.String(), first)
		}
	}
	main, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range subcommands {
		for where, text := range map[string]string{"help": first, "main.go": string(main)} {
			if !strings.Contains(text, "pokey "+c.usage) || !strings.Contains(text, c.does) {
				t.Errorf("%s does not list %q", where, c.usage)
			}
		}
	}
	var grouped []string
	for _, group := range flagGroups {
		grouped = append(grouped, strings.Fields(group.names)...)
	}
	var declared []string
	fs := flag.NewFlagSet("pokey", flag.ContinueOnError)
	new(config).flags(fs)
	fs.VisitAll(func(f *flag.Flag) { declared = append(declared, f.Name) })
	slices.Sort(grouped)
	if !slices.Equal(grouped, declared) {
		t.Errorf("flags in groups: got %q, want each declared one once: %q", grouped, declared)
	}
}

// What is no command is refused, with a word on where they are listed.
func TestUnknownCommand(t *testing.T) {
	var b bytes.Buffer
	err := run(context.Background(), []string{"sevre"}, func(string) string { return "" }, &b, nil)
	var e exit
	if !errors.As(err, &e) || e.code != exitUsage || !strings.Contains(err.Error(), "pokey help") {
		t.Errorf("got %v, want exit code %d and a hint at pokey help", err, exitUsage)
	}
}
