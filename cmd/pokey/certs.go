package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
)

// certs makes certificates for the nodes of a cluster or the members of etcd.
func certs(args []string, stderr io.Writer) error {
	var c cluster.Certificates
	fs := flag.NewFlagSet("pokey certs", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&c.Authority, "authority", "", "`DIR` of the certificate authority and its key (default where the certificates go)")
	fs.BoolVar(&c.Client, "client", false, "make client certificates only, as nodes need for etcd")
	if err := fs.Parse(args); err != nil {
		return exit{exitUsage, err}
	}
	if fs.NArg() < 2 {
		return exit{exitUsage, errors.New("usage: pokey certs [-authority DIR] [-client] DIR HOST…: writes a certificate authority, and a certificate for each host name or IP address, to DIR")}
	}
	c.Dir, c.Hosts = fs.Arg(0), fs.Args()[1:]
	if err := c.Make(); err != nil {
		return exit{exitData, err}
	}
	authority := c.Dir
	if c.Authority != "" {
		authority = c.Authority
	}
	_, err := fmt.Fprintf(stderr, "%s holds ca.pem, and HOST.pem and HOST-key.pem for each host; ca-key.pem in %s is only needed to make more certificates\n", c.Dir, authority)
	return err
}

// secret makes the master secret that all nodes of a cluster share. A secret that
// exists already is kept.
func secret(args []string, stderr io.Writer) error {
	if len(args) != 1 {
		return exit{exitUsage, errors.New("usage: pokey secret FILE: makes the master secret, unless the file exists")}
	}
	keys, err := identity.Open(args[0], true)
	if err != nil {
		return exit{exitConfig, err}
	}
	_, err = fmt.Fprintf(stderr, "%s holds the secret with fingerprint %s\n", args[0], keys.Fingerprint())
	return err
}
