package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The systemd service may do little, is given the time that a stop may take, and its
// settings are the program's.
func TestSystemdUnit(t *testing.T) {
	unit := readDocument(t, "../../deploy/pokey.service")
	for _, want := range []string{
		"DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n", "SystemCallFilter=@system-service",
		"StateDirectoryMode=0700", "UMask=0077", "MemoryMax=", "TasksMax=", "LimitNOFILE=",
	} {
		if !strings.Contains(unit, "\n"+want) {
			t.Errorf("got no %s", want)
		}
	}
	seconds := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindStringSubmatch(unit)
	if seconds == nil {
		t.Fatal("got no TimeoutStopSec")
	}
	span, err := time.ParseDuration(seconds[1] + "s")
	if err != nil {
		t.Fatal(err)
	}
	grace(t, "the service", span)
	examples := readDocument(t, "../../deploy/pokey.env")
	both := strings.Split(examples, "# Behind a proxy:")
	if len(both) != 2 {
		t.Fatalf("got %d parts of pokey.env, want one with a domain and one with a proxy", len(both))
	}
	for _, part := range both {
		settings := map[string]string{"POKEY_DATA": "/var/lib/pokey"}
		for _, m := range regexp.MustCompile(`(?m)^# (POKEY_\w+)=(\S+)$`).FindAllStringSubmatch(part, -1) {
			settings[m[1]] = m[2]
		}
		accepts(t, "pokey.env", settings)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		return
	}
	// The exposure of 0 to 10, times ten: "OK" ends at 20.
	command := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--threshold=20", "../../deploy/pokey.service")
	command.Env = append(os.Environ(), "LC_ALL=C")
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
