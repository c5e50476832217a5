package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// parseFlags is fs.Parse for people: help is printed only if they ask for it, and what
// is wrong with a flag is one line.
func parseFlags(fs *flag.FlagSet, args []string, help func()) error {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		help()
		return err
	}
	if err != nil {
		return fmt.Errorf("%s; see %s -help", explain(fs, err), fs.Name())
	}
	return nil
}

// parseWords is parseFlags for a command whose flags may stand between and behind its
// other arguments, which it returns. Behind "--" there are no flags.
func parseWords(fs *flag.FlagSet, args []string, help func()) (words []string, err error) {
	for {
		if err := parseFlags(fs, args, help); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if ended := len(args) - len(rest); len(rest) == 0 || ended > 0 && args[ended-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

// usage returns what prints how a command is used, and its flags.
func usage(fs *flag.FlagSet, w io.Writer, text string) func() {
	return func() {
		_, _ = fmt.Fprintln(w, text) // an error could not be printed either
		fs.SetOutput(w)
		fs.PrintDefaults()
	}
}

// explain says what is wrong with a flag where package flag only says that it is.
func explain(fs *flag.FlagSet, err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		text = "there is no flag -" + name
		if near := nearest(fs, name); near != "" {
			text += "; do you mean -" + near + "?"
		}
		return text
	}
	said, ok := strings.CutSuffix(text, ": parse error")
	if f := fs.Lookup(said[strings.LastIndex(said, " -")+2:]); ok && f != nil {
		return said + ": " + wantedOf(f)
	}
	return text
}

// wantedOf says what values a flag has, in place of "parse error".
func wantedOf(f *flag.Flag) string {
	getter, ok := f.Value.(flag.Getter)
	if !ok {
		return "parse error"
	}
	switch getter.Get().(type) {
	case time.Duration:
		return "want a time with its unit, such as 90s, 30m or 2h"
	case bool:
		return "want true or false"
	default:
		return "want a number"
	}
}

// nearest returns the flag that differs from a name by two letters at most; empty if
// there is none.
func nearest(fs *flag.FlagSet, name string) (near string) {
	best := 3
	fs.VisitAll(func(f *flag.Flag) {
		if d := distance(f.Name, name); d < best && d < len(name) {
			best, near = d, f.Name
		}
	})
	return near
}

// distance is how many letters must be added, removed or changed to get from one word
// to the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// misspelt returns a warning for each variable of the environment that looks like a
// setting and is none.
func misspelt(fs *flag.FlagSet, environ []string) (warnings []string) {
	for _, entry := range environ {
		variable, _, _ := strings.Cut(entry, "=")
		name, ok := strings.CutPrefix(variable, "POKEY_")
		if name = strings.ToLower(strings.ReplaceAll(name, "_", "-")); !ok || fs.Lookup(name) != nil || slices.Contains(otherVariables, variable) {
			continue
		}
		if near := nearest(fs, name); near != "" {
			warnings = append(warnings, fmt.Sprintf("%s in the environment is no setting; do you mean %s?", variable, envName(near)))
		}
	}
	return warnings
}

// otherVariables are those of the environment that are not flags.
var otherVariables = []string{tokenVariable, eabKeyVariable, dnsKeyVariable}
