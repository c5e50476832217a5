package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
)

const (
	certsUsage  = "usage: pokey certs [-authority DIR] [-client] DIR HOST…: writes a certificate authority, and a certificate for each host name or IP address, to DIR"
	secretUsage = "usage: pokey secret [-from FILE] FILE: makes the master secret, unless the file exists"
)

// certs makes certificates for the nodes of a cluster or the members of etcd.
func certs(args []string, stderr io.Writer) error {
	var c cluster.Certificates
	fs := flag.NewFlagSet("pokey certs", flag.ContinueOnError)
	fs.StringVar(&c.Authority, "authority", "", "`DIR` of the certificate authority and its key (default where the certificates go)")
	fs.BoolVar(&c.Client, "client", false, "make client certificates only, as nodes need for etcd")
	words, err := parseWords(fs, args, usage(fs, stderr, certsUsage))
	if err != nil {
		return exit{exitUsage, err}
	}
	if len(words) < 2 {
		return exit{exitUsage, errors.New(certsUsage)}
	}
	c.Dir, c.Hosts = words[0], words[1:]
	if err := c.Make(); err != nil {
		return exit{exitData, err}
	}
	authority := c.Dir
	if c.Authority != "" {
		authority = c.Authority
	}
	_, err = fmt.Fprintf(stderr, "%s holds ca.pem, and HOST.pem and HOST-key.pem for each host; ca-key.pem in %s is only needed to make more certificates\n", c.Dir, authority)
	return err
}

// secret makes the master secret that all nodes of a cluster share. A secret that
// exists already is kept, unless another is to be copied into its place.
func secret(args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("pokey secret", flag.ContinueOnError)
	from := fs.String("from", "", "`FILE` to copy the secret from, which others may be able to read; an existing secret is replaced")
	words, err := parseWords(fs, args, usage(fs, stderr, secretUsage))
	if err != nil {
		return exit{exitUsage, err}
	}
	if len(words) != 1 {
		return exit{exitUsage, errors.New(secretUsage)}
	}
	var keys *identity.Keys
	if *from != "" {
		keys, err = identity.Copy(*from, words[0])
	} else {
		keys, err = identity.Open(words[0], true)
	}
	if err != nil {
		return exit{exitConfig, err}
	}
	_, err = fmt.Fprintf(stderr, "%s holds the secret with fingerprint %s\n", words[0], keys.Fingerprint())
	return err
}
