package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// dataFlags are the settings of the server that backup and restore need too, so that
// they find the server's data by the same environment.
const dataFlags = "data secret-file admin-listen etcd etcd-tls-ca etcd-tls-cert etcd-tls-key"

// parseDataFlags reads those settings, from the environment as well, and the flags
// that own declares. It returns the other arguments.
func parseDataFlags(name, text string, args []string, getenv func(string) string, stderr io.Writer, own func(*flag.FlagSet)) (config, []string, error) {
	c := config{given: map[string]bool{}}
	server := flag.NewFlagSet("pokey", flag.ContinueOnError)
	c.flags(server)
	flags := flag.NewFlagSet("pokey "+name, flag.ContinueOnError)
	own(flags)
	for f := range strings.FieldsSeq(dataFlags) {
		setting := server.Lookup(f)
		flags.Var(setting.Value, f, setting.Usage)
		if v := getenv(envName(f)); v != "" {
			if err := setting.Value.Set(v); err != nil {
				return c, nil, exit{exitConfig, fmt.Errorf("%s: %w", envName(f), err)}
			}
		}
	}
	words, err := parseWords(flags, args, usage(flags, stderr, text))
	if err != nil {
		return c, nil, exit{exitUsage, err}
	}
	if err := checkDirectory(c.data); err != nil {
		return c, nil, err
	}
	if c.data == inMemory {
		c.data = ""
	}
	c.secretFile = cmp.Or(c.secretFile, filepath.Join(c.data, "secret.key"))
	return c, words, nil
}

// checkDirectory returns an error in words if something else than a directory is where
// the data should be. There may be nothing yet.
func checkDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case dir == "" || dir == inMemory || err == nil && info.IsDir():
		return nil
	case err == nil:
		return exit{exitData, fmt.Errorf("-data %s is not a directory", dir)}
	case !errors.Is(err, fs.ErrNotExist):
		return exit{exitData, fmt.Errorf("-data: %w", err)}
	}
	if target, err := os.Readlink(dir); err == nil {
		return exit{exitData, fmt.Errorf("-data %s is a link to %s, and nothing is there: make that directory, or mount the disk that has it", dir, target)}
	}
	return nil
}

// remedy says what to do about a directory in which nothing can be written.
func remedy(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ". There is no space: free some, and start again"
	case errors.Is(err, syscall.EROFS):
		return ". The file system is read-only: see in the kernel's log whether the disk fails, and mount it for writing"
	case errors.Is(err, fs.ErrPermission):
		return ". This user may not write there: start Pokey as the user to whom the directory belongs, or give it to this one"
	}
	return ""
}
