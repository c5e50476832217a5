package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/pokey/identity"
)

// configCheck reports what serve would object to, without starting or creating
// anything.
func configCheck(args []string, getenv func(string) string, stderr io.Writer) error {
	if len(args) == 0 || args[0] != "check" {
		return exit{exitUsage, errors.New("usage: pokey config check [flags]")}
	}
	c, err := parseConfig(args[1:], getenv, stderr)
	if err != nil {
		return err
	}
	if c.secretFile != "" {
		if _, err := identity.Open(c.secretFile, false); err != nil && !errors.Is(err, os.ErrNotExist) {
			return exit{exitConfig, err}
		}
	}
	_, err = fmt.Fprintln(stderr, "the configuration is fine")
	return err
}
