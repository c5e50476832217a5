package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

func TestQuota(t *testing.T) {
	parse := func(args ...string) (config, error) {
		return parseConfig(append([]string{"-data", t.TempDir()}, args...), func(string) string { return "" }, io.Discard)
	}
	for text, want := range map[string]int64{"": 2e9, "4GB": 4e9, "8G": 8e9, "512MB": 512e6, "3 gb": 3e9, "16m": 16e6} {
		args := []string{"-cluster", "127.0.0.1:7000", "-node-advertise", "127.0.0.1:7000"}
		if text != "" {
			args = append(args, "-cluster-quota", text)
		}
		if c, err := parse(args...); err != nil || int64(c.quota) != want {
			t.Errorf("%q: got %d and %v, want %d", text, c.quota, err, want)
		}
	}
	for text, says := range map[string]string{
		"9GB": "want 16MB to 8GB", "1MB": "want 16MB to 8GB", "0GB": "want 16MB", "4": "with its unit", "4TB": "with its unit", "4GiB": "with its unit", "GB": "with its unit", "-1GB": "with its unit",
		"99999999999999999999GB": "with its unit", "2GB2": "with its unit",
	} {
		if _, err := parse("-cluster", "127.0.0.1:7000", "-node-advertise", "127.0.0.1:7000", "-cluster-quota", text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want an error with %q", text, err, says)
		}
	}
	if _, err := parse("-cluster-quota", "4GB"); err == nil || !strings.Contains(err.Error(), "is for -cluster") {
		t.Errorf("a server alone: got %v, want that it is for a cluster", err)
	}
}

// A node that cannot start because the database is full says how it can.
func TestRemedyOfFull(t *testing.T) {
	err := fmt.Errorf("cluster: join: %w", rpctypes.ErrNoSpace)
	if got := remedyOfFull(err); !strings.Contains(got, "-cluster-quota") {
		t.Errorf("full: got %q, want -cluster-quota", got)
	}
	if got := remedyOfFull(io.EOF); got != "" {
		t.Errorf("another error: got %q, want nothing", got)
	}
}
