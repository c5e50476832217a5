// Package packages builds the deb and the rpm of a release from .goreleaser.yaml, with
// the library that goreleaser builds them with, and has dpkg and rpm themselves
// install, upgrade, downgrade and remove them in a directory of their own.
package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"
	"go.yaml.in/yaml/v3"
)

const repository = "../../.."

// release is what packages are made from in .goreleaser.yaml.
type release struct {
	Packages []struct {
		nfpm.Overridables `yaml:",inline"`

		Name        string   `yaml:"package_name"`
		Formats     []string `yaml:"formats"`
		Vendor      string   `yaml:"vendor"`
		Maintainer  string   `yaml:"maintainer"`
		Homepage    string   `yaml:"homepage"`
		Description string   `yaml:"description"`
		License     string   `yaml:"license"`
		Section     string   `yaml:"section"`
		Bindir      string   `yaml:"bindir"`
	} `yaml:"nfpms"`
}

// builder makes packages of any version around one binary.
type builder struct {
	binary, dir string
	release     release
}

func newBuilder(t *testing.T) *builder {
	t.Helper()
	t.Chdir(repository) // .goreleaser.yaml names files from there
	text, err := os.ReadFile(".goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{dir: t.TempDir()}
	if err := yaml.Unmarshal(text, &b.release); err != nil {
		t.Fatal(err)
	}
	if p := b.release.Packages; len(p) != 1 || strings.Join(p[0].Formats, " ") != "deb rpm" || p[0].Bindir != "/usr/bin" {
		t.Fatalf("got %+v in .goreleaser.yaml, want a deb and an rpm with the binary in /usr/bin", p)
	}
	b.binary = filepath.Join(b.dir, "pokey")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", b.binary, "./cmd/pokey")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return b
}

// build makes a package and returns its file. A version's settings differ from those
// of every other version.
func (b *builder) build(t *testing.T, format, version string) string {
	t.Helper()
	from := b.release.Packages[0]
	info := nfpm.Info{
		Overridables: from.Overridables, Name: from.Name, Version: version, Arch: "amd64", MTime: time.Unix(1_790_000_000, 0),
		Vendor: from.Vendor, Maintainer: from.Maintainer, Homepage: from.Homepage, Description: from.Description,
		License: from.License, Section: from.Section, Target: filepath.Join(b.dir, "pokey-"+version+"."+format),
	}
	info.Contents = files.Contents{{Source: b.binary, Destination: from.Bindir + "/pokey", FileInfo: &files.ContentFileInfo{Mode: 0o755}}}
	for _, c := range from.Contents {
		own := *c // packaging fills it in
		if c.FileInfo != nil {
			info := *c.FileInfo
			own.FileInfo = &info
		}
		if own.Destination == settingsPath {
			own.Source = b.settings(t, own.Source, version)
		}
		info.Contents = append(info.Contents, &own)
	}
	packager, err := nfpm.Get(format)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(info.Target)
	if err != nil {
		t.Fatal(err)
	}
	if err := packager.Package(nfpm.WithDefaults(&info), f); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return info.Target
}

// settings returns a file with the settings that a package brings, and its version.
func (b *builder) settings(t *testing.T, from, version string) string {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(b.dir, "settings-"+version)
	if err := os.WriteFile(to, append(text, "# of "+version+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}
