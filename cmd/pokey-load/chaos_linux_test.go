package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/pokey/cmd/pokey-load/chaos"
	"example.com/pokey/cmd/pokey-load/cost"
	"example.com/pokey/cmd/pokey-load/lab"
	"example.com/pokey/cmd/pokey-load/report"
)

// needLab skips a test that needs the machine for itself, unless POKEY_CHAOS says
// that it has it; then it fails where there can be no lab or is no etcd.
func needLab(t *testing.T) (etcd string) {
	t.Helper()
	if os.Getenv("POKEY_CHAOS") != "require" {
		t.Skip("takes a minute and the machine for itself: POKEY_CHAOS=require")
	}
	etcd, err := exec.LookPath("etcd")
	if err == nil {
		err = lab.Check()
	}
	if err != nil {
		t.Fatal(err)
	}
	return etcd
}

// maxSlack is how much longer than it should a gap may be on a machine of which
// nobody knows how fast it is. The long run is for the times, this one for what
// may never happen.
const maxSlack = 30

// What is most likely to happen to a cluster costs nothing but a moment.
func TestChaos(t *testing.T) {
	etcd := needLab(t)
	breakCluster(t, 20, 4, "-etcd", etcd, "-rooms", "20", "-faults", "kill,freeze3,partition,planned")
}

// The same where etcd is inside the nodes: its leader dies, and a disk is lost.
func TestChaosEmbedded(t *testing.T) {
	needLab(t)
	breakCluster(t, 12, 2, "-embedded", "-rooms", "12", "-faults", "leader-kill,disk")
}

// breakCluster breaks a cluster of so many rooms, in so many ways.
func breakCluster(t *testing.T, rooms, faults int, args ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	binary := buildServer(t, t.TempDir())
	unlessByChance(t, func() (always, perhaps []string) {
		status, stdout, stderr := runIt(t, append([]string{
			"chaos", "-binary", binary, "-data", filepath.Join(t.TempDir(), "run"),
			"-rate", "40", "-quiet", "1s", "-settle=false", "-json",
		}, args...)...)
		t.Logf("\n%s", stderr)
		var found chaos.Report
		if err := json.Unmarshal([]byte(stdout), &found); err != nil || len(found.Rows) != faults {
			return nil, []string{fmt.Sprintf("status %d, %d faults, %v\n%s", status, len(found.Rows), err, stdout)}
		}
		for _, dump := range found.Dumps {
			if b, err := os.ReadFile(dump); err == nil { //nolint:gosec // the run has just written it
				t.Logf("%s", b)
				break
			}
		}
		perhaps = append(found.Failures(), late(found, rooms)...)
		if found.Expelled > 0 || (status == passed) != report.Passed(found) {
			always = append(always, fmt.Sprintf("status %d, and %d members were told not to come back", status, found.Expelled))
		}
		for _, row := range found.Rows {
			for _, f := range row.Found {
				always = append(always, fmt.Sprintf("after %s: %s", row.Fault, f))
			}
		}
		return always, perhaps
	})
}

// late says where people waited too long, or too little happened.
func late(found chaos.Report, rooms int) (all []string) {
	for _, row := range found.Rows {
		for _, g := range []chaos.Group{row.Others, row.Hit} {
			if g.Gap > maxSlack*g.Target && g.Target > 0 {
				all = append(all, fmt.Sprintf("%s: a gap of %v instead of %v: %s", row.Fault, g.Gap, g.Target, g.Cause))
			}
		}
		if row.Durable < 5*rooms || row.Others.Clients+row.Hit.Clients != 5*rooms {
			all = append(all, fmt.Sprintf("%s: too little happened: %+v", row.Fault, row))
		}
	}
	return all
}

// A node alone and a cluster do the same, and all figures are there.
func TestClusterCost(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	etcd, err := exec.LookPath("etcd")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	status, stdout, stderr := runIt(t, "cluster-cost", "-binary", buildServer(t, dir), "-etcd", etcd, "-data", filepath.Join(dir, "run"),
		"-members", "6", "-rooms", "2", "-duration", "500ms", "-rest", "100ms", "-json")
	var found cost.Report
	if err := json.Unmarshal([]byte(stdout), &found); err != nil || status != passed || len(found.Subjects) != 2 {
		t.Fatalf("status %d, %v\n%s%s", status, err, stdout, stderr)
	}
	for i, s := range found.Subjects {
		if s.Idle.Nodes != 1+2*i || s.Idle.RSS == 0 || (s.Idle.EtcdRSS != 0) != (i == 1) {
			t.Errorf("%s: %+v", s.Name, s.Idle)
		}
		if s.FanOut.Deliveries == 0 || s.FanOut.Estimates.P50 == 0 || s.Requests.Requests == 0 || s.Requests.Acks.P50 == 0 {
			t.Errorf("%s: %+v, %+v", s.Name, s.FanOut, s.Requests)
		}
	}
	var table strings.Builder
	_ = report.WriteText(&table, found)
	if strings.Contains(table.String(), "unknown") || !strings.HasSuffix(table.String(), "\nPASSED\n") {
		t.Errorf("got\n%s\nwant every figure, and PASSED", &table)
	}
}

func TestChaosUsage(t *testing.T) {
	for args, want := range map[string]string{
		"chaos -binary x -etcd y -faults none": "-faults",
		"chaos":                                "-binary is required",
		"chaos -binary x -etcd y -rooms 0":     "rooms",
		"chaos -binary x -etcd y -members 1":   "members",
	} {
		status, _, stderr := runIt(t, strings.Fields(args)...)
		if status != broken || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %s", args, status, stderr)
		}
	}
}
