package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/pokey/cluster/joining"
	"example.com/pokey/identity"
)

const inviteUsage = "usage: pokey invite [-nodes 1] [-for 1h] [-data DIR], or pokey invite -revoke [-data DIR]: on a node that runs, prints a token by which others join"

// invite prints a token by which other machines join the cluster of the node that runs
// here, or makes all tokens worthless.
func invite(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var c config
	fs := flag.NewFlagSet("pokey invite", flag.ContinueOnError)
	nodes := fs.Int("nodes", 1, "how many machines may join with the token")
	life := fs.Duration("for", time.Hour, "how long the token works, 24h at most")
	revoke := fs.Bool("revoke", false, "make all tokens worthless, instead of another one")
	fs.StringVar(&c.data, "data", "./data", "`DIR` of the node that runs here")
	fs.StringVar(&c.secretFile, "secret-file", "", "`FILE` with its master secret (default the node's own)")
	for _, name := range []string{"data", "secret-file"} {
		if v := getenv(envName(name)); v != "" {
			_ = fs.Set(name, v) // a string can be anything
		}
	}
	words, err := parseWords(fs, args, usage(fs, stderr, inviteUsage))
	if err == nil && (len(words) > 0 || *revoke && (*nodes != 1 || *life != time.Hour)) {
		err = errors.New(inviteUsage)
	}
	if err == nil {
		err = joining.CheckInvitation(*nodes, *life)
	}
	if err != nil {
		return exit{exitUsage, err}
	}
	if err := checkDirectory(c.data); err != nil {
		return err
	}
	node, err := c.invitingNode()
	if err != nil {
		return exit{exitConfig, fmt.Errorf("invite: %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if *revoke {
		n, err := node.Revoke(ctx)
		if err != nil {
			return exit{exitConfig, fmt.Errorf("invite: %w", err)}
		}
		_, _ = fmt.Fprintf(stderr, "%s could still be used, and no longer can. Who has joined already stays: pokey cluster status shows the nodes.\n", count(n, "token"))
		return nil
	}
	text, err := node.Invite(ctx, *nodes, *life)
	if err != nil {
		return exit{exitConfig, fmt.Errorf("invite: %w", err)}
	}
	_, _ = fmt.Fprintf(stderr, "Whoever has this token can become a node. It works for %v, for %d. On the other machine: pokey join, with the token on standard input.\n", *life, *nodes)
	_, err = fmt.Fprintln(stdout, text)
	return err
}

// invitingNode is the node of a cluster that runs here, as its operator asks it.
func (c *config) invitingNode() (o joining.Operator, err error) {
	r, err := c.knownNodes()
	if err != nil {
		return o, err
	}
	o.Node = r.Self
	if r.CA == "" {
		return o, errors.New("this node has no certificate from an authority of the cluster")
	}
	if o.CA, err = os.ReadFile(r.CA); err != nil {
		return o, fmt.Errorf("the certificate of the nodes' authority: %w", err)
	}
	if o.Certificate, err = tls.LoadX509KeyPair(r.Cert, r.Key); err != nil {
		return o, fmt.Errorf("this node's certificate: %w", err)
	}
	o.Secret, err = identity.Open(r.Secret, false)
	return o, err
}
