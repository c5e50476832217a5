package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/pokey/cluster/joining"
	"example.com/pokey/identity"
)

// invite prints a token by which other machines join the cluster of the node that runs
// here.
func invite(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var c config
	fs := flag.NewFlagSet("pokey invite", flag.ContinueOnError)
	fs.SetOutput(stderr)
	nodes := fs.Int("nodes", 1, "how many machines may join with the token")
	life := fs.Duration("for", time.Hour, "how long the token works, 24h at most")
	fs.StringVar(&c.data, "data", "./data", "`DIR` of the node that runs here")
	fs.StringVar(&c.secretFile, "secret-file", "", "`FILE` with its master secret (default DATA/secret.key)")
	for _, name := range []string{"data", "secret-file"} {
		if v := getenv(envName(name)); v != "" {
			_ = fs.Set(name, v) // a string can be anything
		}
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return exit{exitUsage, err}
	}
	if fs.NArg() > 0 {
		return exit{exitUsage, errors.New("usage: pokey invite [-nodes 1] [-for 1h] [-data DIR]")}
	}
	if c.secretFile == "" {
		c.secretFile = filepath.Join(c.data, "secret.key")
	}
	text, err := c.invitation(ctx, *nodes, *life)
	if err != nil {
		return exit{exitConfig, fmt.Errorf("invite: %w", err)}
	}
	_, _ = fmt.Fprintf(stderr, "Whoever has this token can become a node. It works for %v, for %d. On the other machine: pokey join, with the token on standard input.\n", *life, *nodes)
	_, err = fmt.Fprintln(stdout, text)
	return err
}

func (c *config) invitation(ctx context.Context, nodes int, life time.Duration) (string, error) {
	r, err := c.readNodes()
	if err != nil {
		return "", err
	}
	if r.Self == "" {
		return "", fmt.Errorf("%s is not the directory of a node of a cluster; pokey -cluster NODE begins one", c.data)
	}
	ca, err := os.ReadFile(filepath.Join(c.data, nodeCAFile))
	if err != nil {
		return "", fmt.Errorf("this node has no certificate from an authority of the cluster: %w", err)
	}
	keys, err := identity.Open(c.secretFile, false)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return joining.Invite(ctx, r.Self, keys, ca, nodes, life)
}
