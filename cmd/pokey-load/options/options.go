// Package options declares the options of the commands: each has its flag, its
// default, its bounds and its help text in one place.
package options

import (
	"errors"
	"flag"
	"fmt"
	"time"
)

// Options are the options of a command or a part of them. Declare names each of
// them to the set, which may give them flags or check their values.
type Options interface {
	Declare(s *Set)
}

// AddFlags adds the flags of the options to the flag set and sets the options to
// their defaults. Call [Validate] once the flags are parsed.
func AddFlags(flags *flag.FlagSet, o Options) { o.Declare(&Set{flags: flags}) }

// Validate returns every fault of the options, joined; nil if there is none.
func Validate(o Options) error {
	s := new(Set)
	o.Declare(s)
	return errors.Join(s.faults...)
}

// Set receives the declarations of options.
type Set struct {
	flags  *flag.FlagSet // to add flags to; nil if the values are checked instead
	faults []error
}

// Require declares a condition that bounds cannot express: unless ok, the message
// describes a fault.
func (s *Set) Require(ok bool, format string, args ...any) {
	if s.flags == nil && !ok {
		s.faults = append(s.faults, fmt.Errorf(format, args...))
	}
}

// Int declares an option from least to most.
func (s *Set) Int(p *int, name string, value, least, most int, usage string) {
	if s.flags != nil {
		s.flags.IntVar(p, name, value, fmt.Sprintf("%s, %d to %d", usage, least, most))
	}
	s.Require(*p >= least && *p <= most, "-%s %d: want %d to %d", name, *p, least, most)
}

// Float declares an option from least to most.
func (s *Set) Float(p *float64, name string, value, least, most float64, usage string) {
	if s.flags != nil {
		s.flags.Float64Var(p, name, value, fmt.Sprintf("%s, %g to %.0f", usage, least, most))
	}
	s.Require(*p >= least && *p <= most, "-%s %g: want %g to %.0f", name, *p, least, most)
}

// Duration declares an option from least to a day.
func (s *Set) Duration(p *time.Duration, name string, value, least time.Duration, usage string) {
	const most = 24 * time.Hour
	if s.flags != nil {
		s.flags.DurationVar(p, name, value, usage)
	}
	s.Require(*p >= least && *p <= most, "-%s %v: want %v to %v", name, *p, least, most)
}

// Uint64 declares an option that may be any number from 0.
func (s *Set) Uint64(p *uint64, name string, value uint64, usage string) {
	if s.flags != nil {
		s.flags.Uint64Var(p, name, value, usage)
	}
}

// String declares an option that may be any string.
func (s *Set) String(p *string, name, value, usage string) {
	if s.flags != nil {
		s.flags.StringVar(p, name, value, usage)
	}
}

// Bool declares an option that is on or off.
func (s *Set) Bool(p *bool, name string, value bool, usage string) {
	if s.flags != nil {
		s.flags.BoolVar(p, name, value, usage)
	}
}

// Func declares an option whose text is parsed by set.
func (s *Set) Func(name, usage string, set func(text string) error) {
	if s.flags != nil {
		s.flags.Func(name, usage, set)
	}
}
