package main

import (
	"errors"
	"fmt"
	"io"

	"example.com/pokey/cluster"
	"example.com/pokey/identity"
)

// certs makes the certificates that nodes of a cluster prove themselves with.
func certs(args []string, stderr io.Writer) error {
	if len(args) < 2 {
		return exit{exitUsage, errors.New("usage: pokey certs DIR HOST…: an authority and a certificate for each host name or IP address, in DIR")}
	}
	if err := cluster.NewCertificates(args[0], args[1:]); err != nil {
		return exit{exitData, err}
	}
	_, err := fmt.Fprintf(stderr, "%s has ca.pem, and HOST.pem and HOST-key.pem for each host; ca-key.pem is needed for nothing but making more\n", args[0])
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
