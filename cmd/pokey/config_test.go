package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/pokey/store/boltstore"
)

func TestConfigRefusesWhatIsWrongOrUnsafe(t *testing.T) {
	for _, row := range []struct {
		args, env string
		code      int
		says      string
	}{
		{"-listen 0.0.0.0:8080", "", exitConfig, "-public-origin"},
		{"-listen :8080", "", exitConfig, "-public-origin"},
		{"-listen localhost", "", exitConfig, "-listen"},
		{"-public-origin poker.example.com", "", exitConfig, "-public-origin"},
		{"-public-origin https://a.example/path", "", exitConfig, "-public-origin"},
		{"", "POKEY_PUBLIC_ORIGIN=ftp://a.example", exitConfig, "POKEY_PUBLIC_ORIGIN"},
		{"-public-origin https://a.example -embed-origin jira.example", "", exitConfig, "-embed-origin"},
		{"-public-origin https://a.example -embed-origin https://*.example", "", exitConfig, "-embed-origin"},
		{"-public-origin https://a.example -embed-origin https://b.example,http://c.example", "", exitConfig, "http://c.example"},
		{"-public-origin http://a.example -embed-origin https://b.example", "", exitConfig, "-public-origin"},
		{"", "POKEY_EMBED_ORIGIN=https://b.example", exitConfig, "-public-origin"},
		{"-trusted-proxies 10.0.0.0/99", "", exitConfig, "-trusted-proxies"},
		{"-base-path poker", "", exitConfig, "-base-path"},
		{"-base-path /a//b", "", exitConfig, "-base-path"},
		{"-user-expiry 2", "", exitConfig, "-user-expiry"},
		{"-user-expiry 0s", "", exitConfig, "-user-expiry"},
		{"-session-life 0", "", exitConfig, "-session-life"},
		{"-message-rate -1", "", exitConfig, "-message-rate"},
		{"-message-rate Inf", "", exitConfig, "-message-rate"},
		{"-max-rooms-per-user -1", "", exitConfig, "-max-rooms-per-user"},
		{"-max-connections many", "", exitConfig, "-max-connections"},
		{"", "POKEY_MAX_CONNECTIONS=99999999999999999999", exitConfig, "POKEY_MAX_CONNECTIONS"},
		{"-log-format xml", "", exitConfig, "-log-format"},
		{"-log-level loud", "", exitConfig, "-log-level"},
		{"-data=", "", exitConfig, "-data"},
		{"-node-listen 127.0.0.1:7000", "", exitConfig, "-etcd"},
		{"-node-tls-ca ca.pem", "", exitConfig, "-etcd"},
		{"-etcd localhost", "", exitConfig, "-etcd"},
		{"-etcd http://a:1,https://b:1 -node-listen 127.0.0.1:7000", "", exitConfig, "-etcd"},
		{"-etcd localhost:2379 -secret-file f", "", exitConfig, "-node-listen"},
		{"-etcd localhost:2379 -secret-file f -node-listen 10.0.0.1:7000", "", exitConfig, "-node-tls-ca"},
		{"-etcd localhost:2379 -secret-file f -node-listen 127.0.0.1:7000 -node-tls-ca ca.pem", "", exitConfig, "-node-tls-cert"},
		{"-etcd https://localhost:2379 -secret-file f -node-listen 127.0.0.1:7000", "", exitConfig, "-etcd-tls-ca"},
		{"-etcd https://localhost:2379 -secret-file f -node-listen 127.0.0.1:7000 -etcd-tls-ca e", "", exitConfig, "-etcd-tls-key"},
		{"-etcd localhost:2379 -secret-file f -node-listen 127.0.0.1:7000 -etcd-tls-ca e -etcd-tls-cert c -etcd-tls-key k", "", exitConfig, "-etcd-tls"},
		{"-etcd https://localhost:2379 -secret-file f -node-listen 127.0.0.1:7000 -etcd-tls-ca a -etcd-tls-cert c -etcd-tls-key k -node-tls-ca a -node-tls-cert c -node-tls-key k", "", exitConfig, "the same as -node-tls-ca"},
		{"-etcd-tls-ca ca.pem", "", exitConfig, "-etcd"},
		{"-etcd localhost:2379 -node-listen 127.0.0.1:7000", "", exitConfig, "-secret-file"},
		{"-no-such-flag", "", exitConfig, "no-such-flag"},
		{"serve", "", exitUsage, "serve"},
	} {
		name, value, _ := strings.Cut(row.env, "=")
		getenv := func(n string) string {
			if n == name {
				return value
			}
			return ""
		}
		var said bytes.Buffer
		_, err := parseConfig(strings.Fields(row.args), getenv, &said)
		if code := exitCode(err, &said); code != row.code || !strings.Contains(said.String(), row.says) {
			t.Errorf("%s %s: exit %d, says %q", row.args, row.env, code, &said)
		}
	}
}

func TestConfigCountsFiles(t *testing.T) {
	for _, row := range []struct {
		files, asked int // asked is -1 for nobody
		want         int // -1 for a refusal
	}{
		{math.MaxInt, -1, maxConnections},
		{math.MaxInt, math.MaxInt32, math.MaxInt32},
		{maxConnections + otherFiles, -1, maxConnections},
		{maxConnections + otherFiles - 1, -1, maxConnections - 1},
		{maxConnections + otherFiles - 1, maxConnections, -1},
		{1024, -1, 768},
		{1024, 768, 768},
		{1024, 769, -1},
		{1024, 0, 0},
	} {
		c := config{files: row.files, maxConnections: maxConnections, given: map[string]bool{}}
		if row.asked >= 0 {
			c.maxConnections, c.given["max-connections"] = row.asked, true
		}
		got := 0
		c.checkFiles(func(string, ...any) { got = -1 })
		if got == 0 {
			got = c.maxConnections
		}
		if got != row.want {
			t.Errorf("%d files, asked for %d: %d, want %d", row.files, row.asked, got, row.want)
		}
	}
}

func TestConfigTakesFlagsOverEnvironment(t *testing.T) {
	env := map[string]string{"POKEY_USER_EXPIRY": "4h", "POKEY_BASE_PATH": "/team", "POKEY_PUBLIC_ORIGIN": "https://a.example/, http://b.example:81", "POKEY_EMBED_ORIGIN": "https://Jira.example/, https://wiki.example:8443"}
	c, err := parseConfig([]string{"-user-expiry", "1h"}, func(n string) string { return env[n] }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if c.userExpiry != time.Hour || c.basePath != "/team/" || len(c.publicOrigins) != 2 || c.publicOrigins[0] != "https://a.example" ||
		!slices.Equal(c.embedOrigins, []string{"https://jira.example", "https://wiki.example:8443"}) {
		t.Errorf("%+v", c)
	}
}

// The README's table, the flags and their defaults say the same.
func TestReadmeKnowsEveryFlag(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var c config
	fs := flag.NewFlagSet("pokey", flag.ContinueOnError)
	c.flags(fs)
	fs.VisitAll(func(f *flag.Flag) {
		if !bytes.Contains(readme, []byte("`-"+f.Name+"`")) {
			t.Errorf("README.md does not know -%s", f.Name)
		}
	})
	for _, m := range regexp.MustCompile("(?m)^\\| `-([a-z-]+)`").FindAllSubmatch(readme, -1) {
		if fs.Lookup(string(m[1])) == nil {
			t.Errorf("README.md knows a flag -%s that there is not", m[1])
		}
	}
}

func TestStartIsRefusedWithAnUnsafeSecretOrATakenDirectory(t *testing.T) {
	start := func(args ...string) (code int, said string) {
		var b bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		err := run(ctx, append([]string{"-admin-listen", ""}, args...), func(string) string { return "" }, &b,
			func(string, string) (net.Listener, error) { return nil, errors.New("it went as far as listening") })
		return exitCode(err, &b), b.String()
	}
	dir := t.TempDir()
	secret := filepath.Join(dir, "key")
	for what, row := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"short":    {"c2hvcnQ=\n", 0o600},
		"known":    {"changeme\n", 0o600},
		"readable": {"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n", 0o644},
	} {
		if err := os.WriteFile(secret, []byte(row.text), row.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(secret, row.mode); err != nil {
			t.Fatal(err)
		}
		code, said := start("-data", filepath.Join(dir, "data"), "-secret-file", secret)
		if code != exitConfig || !strings.Contains(said, "-secret-file") || strings.Contains(said, strings.TrimSpace(row.text)) {
			t.Errorf("%s secret: exit %d, says %s", what, code, said)
		}
	}
	taken, err := boltstore.Open(boltstore.Config{Dir: filepath.Join(dir, "taken")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if code, said := start("-data", filepath.Join(dir, "taken")); code != exitData || !strings.Contains(said, "-data") {
		t.Errorf("a directory in use: exit %d, says %s", code, said)
	}
}

func TestConfigCheckMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var said bytes.Buffer
	if err := run(t.Context(), []string{"config", "check", "-data", dir}, func(string) string { return "" }, &said, nil); err != nil {
		t.Errorf("%v: %s", err, &said)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("a check made the data directory")
	}
	err := run(t.Context(), []string{"config", "check", "-listen", ":80"}, func(string) string { return "" }, &said, nil)
	if exitCode(err, &said) != exitConfig {
		t.Errorf("unsafe, and it says %s", &said)
	}
}
