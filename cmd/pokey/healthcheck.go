package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthcheck asks a server whether it is alive: the server at the given URL, or
// else the one that this configuration would start. It exists for containers
// without a shell.
func healthcheck(ctx context.Context, args []string, getenv func(string) string) error {
	url := ""
	if len(args) > 0 {
		url = args[0]
	} else {
		address := getenv(envName("listen"))
		if address == "" {
			address = "127.0.0.1:8080"
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return exit{exitUsage, fmt.Errorf("POKEY_LISTEN %q: want HOST:PORT", address)}
		}
		url = "http://" + net.JoinHostPort("127.0.0.1", port) + "/healthz"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return exit{exitUsage, err}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answers %s", url, response.Status)
	}
	return nil
}
