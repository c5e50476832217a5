package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// dataFlags are the settings of the server that backup and restore need too, so that
// they find the server's data by the same environment.
const dataFlags = "data secret-file admin-listen etcd etcd-tls-ca etcd-tls-cert etcd-tls-key"

// parseDataFlags reads those settings, from the environment as well, and the flags
// that own declares. It returns the other arguments.
func parseDataFlags(name, usage string, args []string, getenv func(string) string, stderr io.Writer, own func(*flag.FlagSet)) (config, []string, error) {
	c := config{given: map[string]bool{}}
	server := flag.NewFlagSet("pokey", flag.ContinueOnError)
	c.flags(server)
	fs := flag.NewFlagSet("pokey "+name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	own(fs)
	for f := range strings.FieldsSeq(dataFlags) {
		setting := server.Lookup(f)
		fs.Var(setting.Value, f, setting.Usage)
		if v := getenv(envName(f)); v != "" {
			if err := setting.Value.Set(v); err != nil {
				return c, nil, exit{exitConfig, fmt.Errorf("%s: %w", envName(f), err)}
			}
		}
	}
	fs.Usage = func() {
		_, _ = fmt.Fprintln(stderr, usage)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return c, nil, err
		}
		return c, nil, exit{exitUsage, err}
	}
	if c.data == inMemory {
		c.data = ""
	}
	c.secretFile = cmp.Or(c.secretFile, filepath.Join(c.data, "secret.key"))
	return c, fs.Args(), nil
}
