package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/cmd/pokey-load/herd"
)

// Everybody leaves and returns at once, or a node is killed; nodes that are not starved
// take them back within seconds. The long run is for a machine of its own.
func TestHerd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	binary := buildServer(t, t.TempDir())
	for name, way := range map[string]string{"return": "-away 1s", "a node is killed": "-kill"} {
		t.Run(name, func(t *testing.T) {
			unlessByChance(t, func() (always, perhaps []string) {
				args := append(strings.Fields("herd -rooms 150 -stay 10 -cores 0 -before 1s -watch 60s -json "+way), "-binary", binary, "-data", filepath.Join(t.TempDir(), "run"))
				status, stdout, stderr := runIt(t, args...)
				var found herd.Report
				if err := json.Unmarshal([]byte(stdout), &found); err != nil || found.Returned.Expected == 0 || status == broken {
					return nil, []string{fmt.Sprintf("status %d, %v\n%s%s", status, err, stdout, stderr)}
				}
				for _, how := range found.Died {
					always = append(always, "a server ended: "+how)
				}
				if n := found.Returned.Expelled; n > 0 {
					always = append(always, fmt.Sprintf("%d people were told not to come back", n))
				}
				return always, found.Failures()
			})
		})
	}
}

func TestHerdUsage(t *testing.T) {
	for args, want := range map[string]string{
		"herd":                                    "-binary is required",
		"herd -binary x -rooms 0":                 "rooms",
		"herd -binary x -cores -1":                "cores",
		"herd -binary x -watch 1ms":               "watch",
		"herd -binary x -rooms 10000 -members 50": "at most 20000",
	} {
		status, _, stderr := runIt(t, strings.Fields(args)...)
		if status != broken || !strings.Contains(stderr, want) {
			t.Errorf("%s: got status %d, %s; want %q", args, status, stderr, want)
		}
	}
}
