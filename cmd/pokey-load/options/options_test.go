package options

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type all struct {
	number   int
	rate     float64
	duration time.Duration
	seed     uint64
	name     string
	on       bool
	list     []string
}

func (a *all) Declare(s *Set) {
	s.Int(&a.number, "number", 3, 1, 5, "a number")
	s.Float(&a.rate, "rate", 1.5, 0.5, 10, "a rate")
	s.Duration(&a.duration, "duration", time.Second, time.Millisecond, "a duration")
	s.Uint64(&a.seed, "seed", 0, "a seed")
	s.String(&a.name, "name", "n", "a name")
	s.Bool(&a.on, "on", false, "a switch")
	s.Func("list", "a list", func(text string) error { a.list = strings.Split(text, ","); return nil })
	s.Require(a.name != "", "-name is required")
}

func parse(t *testing.T, o Options, args string) error {
	t.Helper()
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	AddFlags(flags, o)
	if err := flags.Parse(strings.Fields(args)); err != nil {
		t.Fatal(err)
	}
	return Validate(o)
}

func TestDefaultsAndFlags(t *testing.T) {
	var a all
	if err := parse(t, &a, ""); err != nil || a.number != 3 || a.rate != 1.5 || a.duration != time.Second || a.name != "n" {
		t.Errorf("got %+v, %v, want the defaults", a, err)
	}
	if err := parse(t, &a, "-number 5 -rate 2 -duration 1m -seed 7 -name m -on -list a,b"); err != nil {
		t.Error(err)
	}
	if a.number != 5 || a.rate != 2 || a.duration != time.Minute || a.seed != 7 || a.name != "m" || !a.on || len(a.list) != 2 {
		t.Errorf("got %+v, want what the flags say", a)
	}
}

// Every fault is named, not only the first.
func TestFaults(t *testing.T) {
	var a all
	err := parse(t, &a, "-number 6 -rate 0.1 -duration 0s -name=")
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"-number 6: want 1 to 5", "-rate 0.1: want 0.5 to 10", "-duration 0s: want 1ms to 24h", "-name is required"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want also %q", err, want)
		}
	}
}

func TestPrepare(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(self))
	p := Programs{Binary: "./" + filepath.Base(self), Dir: filepath.Join(t.TempDir(), "new")}
	if err := p.Prepare("test-"); err != nil || p.Binary != self || p.Etcd != "" {
		t.Errorf("got %+v, %v, want binary %s", p, err, self)
	}
	if _, err := os.Stat(p.Dir); err != nil {
		t.Error(err)
	}
	p.Etcd = "no-such-program"
	if err := p.Prepare("test-"); err == nil {
		t.Error("got no error for a program that does not exist")
	}
}
