package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/pokey/cmd/pokey-load/lab"
	"example.com/pokey/cmd/pokey-load/options"
	"example.com/pokey/cmd/pokey-load/report"
)

// The exit statuses.
const (
	passed = 0 // the run passed
	failed = 1 // the server failed
	broken = 2 // the run could not be made
)

// command is one sub-command with its options.
type command interface {
	options.Options
	// run makes the run once the options are set and valid, and writes its
	// progress to stderr. It may return both a report, of what was done, and an
	// error.
	run(ctx context.Context, stderr io.Writer) (report.Report, error)
}

// listed is a sub-command in the list of all.
type listed struct {
	name, does string
	create     func() command
}

// commands lists all sub-commands. The comment of package main lists them too.
var commands = []listed{
	{"load", "measure how long changes take to reach everybody, and what they cost the server", func() command { return new(loadCommand) }},
	{"soak", "check that connections that come and go leave nothing behind", func() command { return new(soakCommand) }},
	{"crash", "kill the server again and again; check that nothing is lost or done twice", func() command { return new(crashCommand) }},
	{"hostile", "let one address do all that the limits allow; measure what others notice", func() command { return new(hostileCommand) }},
	{"herd", "let thousands return to a starved cluster at the same moment", func() command { return new(herdCommand) }},
	{"chaos", "break a cluster on purpose; check the same as crash (needs Linux, root, etcd)", func() command { return new(chaosCommand) }},
	{"compare", "compare what Pokey costs with what a peer does (needs Linux, centrifugo)", func() command { return new(compareCommand) }},
	{"cluster-cost", "compare what three nodes cost with what one costs (needs etcd)", func() command { return new(costCommand) }},
}

// errLab is returned by a command that must be run inside a lab.
var errLab = errors.New("must be run in a lab")

// run is the program: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name := "load"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	if name == "help" {
		printUsage(stderr)
		return passed
	}
	i := slices.IndexFunc(commands, func(c listed) bool { return c.name == name })
	if i < 0 {
		logf(stderr, "there is no command %q; see pokey-load help", name)
		return broken
	}
	c := commands[i].create()
	asJSON, err := parse(commands[i], c, args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return passed
	case err != nil:
		return broken
	}
	found, err := c.run(ctx, stderr)
	if errors.Is(err, errLab) {
		var status int
		if status, err = lab.Enter(ctx, append([]string{name}, args...), stdout, stderr); err == nil {
			return status
		}
	}
	if err != nil {
		logf(stderr, "%v", err)
	}
	if found == nil {
		return broken
	}
	if writing := write(stdout, found, asJSON); err != nil || writing != nil {
		return broken
	}
	if !report.Passed(found) {
		return failed
	}
	return passed
}

// parse sets the command's options from the arguments. It tells stderr what is
// wrong with them.
func parse(l listed, c command, args []string, stderr io.Writer) (asJSON bool, err error) {
	flags := flag.NewFlagSet("pokey-load "+l.name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "%s: %s.\n\n", flags.Name(), l.does)
		flags.PrintDefaults()
	}
	flags.BoolVar(&asJSON, "json", false, "write the report as JSON")
	options.AddFlags(flags, c)
	if err := flags.Parse(args); err != nil {
		return false, err // flags has told
	}
	if flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	} else {
		err = options.Validate(c)
	}
	if err != nil {
		logf(stderr, "%v", err)
	}
	return asJSON, err
}

func printUsage(w io.Writer) {
	var text strings.Builder
	text.WriteString("pokey-load measures and checks a Pokey server from outside.\n\nUsage:\n\n\n")
	for _, c := range commands {
		fmt.Fprintf(&text, "  pokey-load %-13s %s\n", c.name, c.does)
	}
	text.WriteString("\nA command's own flags: pokey-load COMMAND -help. Without a command it is load.\n")
	_, _ = io.WriteString(w, text.String())
}

func write(w io.Writer, r report.Report, asJSON bool) error {
	if asJSON {
		return report.WriteJSON(w, r)
	}
	return report.WriteText(w, r)
}

// logf writes a line that is not part of the report.
func logf(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, "pokey-load: "+format+"\n", args...)
}
