package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
)

// certs makes the certificates that nodes of a cluster, or the members of etcd,
// prove themselves with.
func certs(args []string, stderr io.Writer) error {
	var c cluster.Certificates
	fs := flag.NewFlagSet("pokey certs", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&c.Authority, "authority", "", "keep the authority and its key in `DIR` (default where the certificates go)")
	fs.BoolVar(&c.Client, "client", false, "for clients only, as nodes are of etcd")
	if err := fs.Parse(args); err != nil {
		return exit{exitUsage, err}
	}
	if fs.NArg() < 2 {
		return exit{exitUsage, errors.New("usage: pokey certs [-authority DIR] [-client] DIR HOST…: an authority and a certificate for each host name or IP address, in DIR")}
	}
	c.Dir, c.Hosts = fs.Arg(0), fs.Args()[1:]
	if err := c.Make(); err != nil {
		return exit{exitData, err}
	}
	kept := c.Dir
	if c.Authority != "" {
		kept = c.Authority
	}
	_, err := fmt.Fprintf(stderr, "%s has ca.pem, and HOST.pem and HOST-key.pem for each host; ca-key.pem in %s is needed for nothing but making more\n", c.Dir, kept)
	return err
}

// secret makes the master secret that all nodes of a cluster are given. One that
// is there already stays.
func secret(args []string, stderr io.Writer) error {
	if len(args) != 1 {
		return exit{exitUsage, errors.New("usage: pokey secret FILE: makes the master secret, unless it is there")}
	}
	keys, err := identity.Open(args[0], true)
	if err != nil {
		return exit{exitConfig, err}
	}
	_, err = fmt.Fprintf(stderr, "%s is there; its fingerprint is %s\n", args[0], keys.Fingerprint())
	return err
}
