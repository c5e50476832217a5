package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const healthcheckUsage = "usage: pokey healthcheck [URL]: exits with 0 if a server is alive, by default the one that this environment configures"

// healthcheck asks a server whether it is alive: the server at the given URL, or
// else the one that this configuration would start. It exists for containers
// without a shell.
func healthcheck(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	fs := flag.NewFlagSet("pokey healthcheck", flag.ContinueOnError)
	words, err := parseWords(fs, args, usage(fs, stderr, healthcheckUsage))
	if err == nil && len(words) > 1 {
		err = errors.New(healthcheckUsage)
	}
	if err != nil {
		return exit{exitUsage, err}
	}
	target, host := "", ""
	if len(words) > 0 {
		target = words[0]
	} else {
		if target, err = ownHealth(getenv); err != nil {
			return exit{exitUsage, err}
		}
		host = "localhost" // which servers know, at whatever address they listen
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return exit{exitUsage, err}
	}
	request.Host = host
	name, _, _ := strings.Cut(getenv(envName("domain")), ",")
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		ServerName: name, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, //nolint:gosec // it asks whether this machine's own server is alive, and tells it nothing
	}}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answers %s", target, response.Status)
	}
	return nil
}

// ownHealth returns the URL of the server with the configuration of this environment.
// With domains, it is asked over plain http, which needs no certificate yet.
func ownHealth(getenv func(string) string) (string, error) {
	setting, address, scheme := "listen", "127.0.0.1:8080", "http"
	switch {
	case getenv(envName("domain")) != "":
		setting, address = "http-listen", httpPort
	case getenv(envName("tls-cert")) != "":
		scheme = "https"
	}
	address = cmp.Or(getenv(envName(setting)), address)
	host, port, err := splitListen(address)
	if err != nil {
		return "", fmt.Errorf("%s %q: %w", envName(setting), address, err)
	}
	if ip, err := netip.ParseAddr(host); host == "" || host == "localhost" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return (&url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port), Path: "/healthz"}).String(), nil
}
