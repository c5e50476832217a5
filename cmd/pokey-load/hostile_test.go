package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/cmd/pokey-load/hostile"
	"example.com/pokey/cmd/pokey-load/report"
)

// A1 to A6, B1 to B5, C5, C6: somebody with a link does what the limits allow, and
// everybody else plays on, within 256 MiB a node. How long things take is for the
// long run on a machine of its own.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two minutes")
	}
	dir := t.TempDir()
	binary := buildServer(t, dir)
	for nodes, name := range map[string]string{"1": "one node", "3": "three nodes"} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath("etcd"); err != nil && nodes == "3" {
				t.Skip(err)
			}
			unlessByChance(t, func() (always, perhaps []string) {
				args := append(strings.Fields("hostile -rooms 20 -members 4 -rate 40 -before 2s -duration 15s -memory 256 -ratio 0 -json"),
					"-binary", binary, "-data", filepath.Join(t.TempDir(), "run"), "-nodes", nodes)
				status, stdout, stderr := runIt(t, args...)
				var found hostile.Report
				if err := json.Unmarshal([]byte(stdout), &found); err != nil {
					return nil, []string{fmt.Sprintf("status %d, %v\n%s%s", status, err, stdout, stderr)}
				}
				var text strings.Builder
				_ = report.WriteText(&text, found)
				t.Logf("\n%s", &text)
				for _, how := range found.Died {
					always = append(always, "a server ended: "+how)
				}
				if found.PeakRSS > uint64(found.Memory) {
					always = append(always, fmt.Sprintf("a server took %d bytes, want at most %d", found.PeakRSS, found.Memory))
				}
				if passedIt := status == passed; passedIt != report.Passed(found) {
					always = append(always, fmt.Sprintf("got status %d for a report that has passed: %v", status, report.Passed(found)))
				}
				return always, found.Failures()
			})
		})
	}
}

func TestHostileUsage(t *testing.T) {
	for args, want := range map[string]string{
		"hostile":                              "-binary is required",
		"hostile -binary x -nodes 2":           "nodes",
		"hostile -binary x -rooms 0":           "rooms",
		"hostile -binary x -duration 1ms":      "-duration 1ms: want 1s",
		"hostile -binary x -rate 0":            "rate",
		"hostile -binary x -memory 1":          "memory",
		"hostile -binary x -only everything":   "no attack",
		"hostile -binary /nowhere/pokey -only": "argument",
	} {
		status, _, stderr := runIt(t, strings.Fields(args)...)
		if status != broken || !strings.Contains(stderr, want) {
			t.Errorf("%s: got status %d, %s; want %q", args, status, stderr, want)
		}
	}
}
