package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The image of a release differs from that of the Dockerfile only in where its
// files come from.
func TestReleaseImageIsTheSame(t *testing.T) {
	settings := func(file string) string {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(string(text), "\nUSER ")
		if !found {
			t.Fatalf("%s sets no user", file)
		}
		directories := regexp.MustCompile(`(?m)^COPY .*--chown=(\S+) .*/out/\w+ (/\w+)$`).FindAllStringSubmatch(string(text), -1)
		for i, d := range directories {
			directories[i] = d[1:]
		}
		return fmt.Sprint(directories, after)
	}
	if got, want := settings("deploy/release.Dockerfile"), settings("Dockerfile"); got != want {
		t.Errorf("got image settings\n%s\nwant those of the Dockerfile\n%s", got, want)
	}
}

// notPackaged are the parts of deploy/ that a machine with a package has no use for.
var notPackaged = []string{"check/*", "package/*", "pin", "release.Dockerfile", "prometheus/alerts_test.yaml"}

// releasePackages is the part of .goreleaser.yaml about the deb and the rpm, and where the
// files of the repository go in them.
func releasePackages(t *testing.T) (settings any, packaged map[string]string) {
	t.Helper()
	list, _ := at(readYAML(t, "../../.goreleaser.yaml")[0], "nfpms").([]any)
	if len(list) != 1 {
		t.Fatalf("got %d kinds of packages, want 1", len(list))
	}
	contents, _ := at(list[0], "contents").([]any)
	packaged = map[string]string{}
	for _, c := range contents {
		pattern := "../../" + fmt.Sprint(at(c, "src"))
		switch at(c, "type") {
		case "dir", "symlink":
			continue
		case "tree":
			pattern += "*"
		}
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Errorf("got no file %s (%v), want it for the package", pattern, err)
		}
		for _, file := range files {
			packaged[strings.TrimPrefix(file, "../../")] = fmt.Sprint(at(c, "dst"))
		}
	}
	return list[0], packaged
}

// The deb and the rpm have everything in deploy/ that is of use on a machine.
func TestPackagesAreComplete(t *testing.T) {
	_, packaged := releasePackages(t)
	var files []string
	for _, pattern := range []string{"../../deploy/*", "../../deploy/*/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			continue
		}
		left := false
		for _, pattern := range notPackaged {
			match, _ := filepath.Match(pattern, strings.TrimPrefix(file, "../../deploy/"))
			left = left || match
		}
		if name := strings.TrimPrefix(file, "../../"); (packaged[name] == "") != left {
			t.Errorf("%s: got %q in the package, want it there unless it is left out (%v)", name, packaged[name], left)
		}
	}
}

// The unit and the scripts of the packages are about what they install.
func TestPackagesFitTheUnit(t *testing.T) {
	settings, packaged := releasePackages(t)
	unit := readDocument(t, "../../deploy/pokey.service")
	setting := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + name + `=-?(\S+)`).FindStringSubmatch(unit)
		if m == nil {
			t.Fatalf("the unit has no %s", name)
		}
		return m[1]
	}
	if got, want := setting("ExecStart"), fmt.Sprint(at(settings, "bindir"), "/pokey"); got != want {
		t.Errorf("the unit starts %s, want what is installed, %s", got, want)
	}
	if got, want := setting("EnvironmentFile"), packaged["deploy/pokey.env"]; got != want {
		t.Errorf("the unit reads %s, want what is installed, %s", got, want)
	}
	if guide := packaged["docs/operating.md"]; guide == "" || !strings.Contains(unit, " file://"+guide+"\n") {
		t.Errorf("the unit does not name the guide that is installed, %q", guide)
	}
	if remove := readDocument(t, "../../deploy/package/postremove.sh"); !strings.Contains(remove, "/var/lib/private/"+setting("StateDirectory")+" ") {
		t.Error("a purge does not delete the unit's directory")
	}
	for _, script := range []string{"postinstall", "preremove", "postremove"} {
		file := fmt.Sprint(at(settings, "scripts", script))
		if out, err := exec.CommandContext(t.Context(), "sh", "-n", "../../"+file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}
