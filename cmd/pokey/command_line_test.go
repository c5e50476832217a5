package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every command has help, which is no error, changes nothing and says how it is used.
func TestEachCommandHasHelp(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range subcommands[1:] {
		words := strings.Fields(c.usage)
		args := words[:1]
		if args[0] == "config" {
			args = words[:2]
		}
		for _, help := range []string{"-help", "-h", "--help"} {
			var says bytes.Buffer
			err := run(t.Context(), append(slices.Clip(args), help), func(string) string { return "" }, &says, nil)
			if code := exitCode(err, &says); code != 0 {
				t.Errorf("pokey %s %s: got exit code %d and %q, want 0", args, help, code, &says)
			}
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("help has written %v (%v), want nothing", left, err)
	}
}

// A wrong command line is one line that says what is wanted, not a page of help.
func TestWrongCommandLine(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, row := range []struct{ args, environ, says string }{
		{"-datta x", "", "there is no flag -datta; do you mean -data?"},
		{"-frobnicate", "", "there is no flag -frobnicate; see pokey -help"},
		{"-user-expiry 5", "", "want a time with its unit"},
		{"-max-connections 1e9", "", "want a number"},
		{"-log-addresses=perhaps", "", "want true or false"},
		{"", "POKEY_USER_EXPIRY=banana", `POKEY_USER_EXPIRY "banana": want a time with its unit`},
		{"-data", "", "flag needs an argument: -data"},
		{"join -tokn-file x", "", "do you mean -token-file?"},
		{"backup -dat x y", "", "do you mean -data?; see pokey backup -help"},
		{"invite -nodes 0", "", "a token is for 1 to 20 nodes"},
		{"invite extra", "", "usage: pokey invite"},
		{"secret a b", "", "usage: pokey secret"},
		{"secret -x", "", "see pokey secret -help"},
		{"cluster", "", "usage: pokey cluster"},
		{"cluster statsu", "", "usage: pokey cluster"},
		{"cluster add", "", "usage: pokey cluster add NODE"},
		{"cluster add a b", "", "one node at a time"},
		{"cluster status -lost a", "", "recover only"},
		{"healthcheck a b", "", "usage: pokey healthcheck"},
		{"version extra", "", "usage: pokey version"},
	} {
		getenv := func(name string) string {
			if variable, value, ok := strings.Cut(row.environ, "="); ok && variable == name {
				return value
			}
			return ""
		}
		var says bytes.Buffer
		err := run(t.Context(), strings.Fields(row.args), getenv, &says, nil)
		var e exit
		if !errors.As(err, &e) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("pokey %s: got %v, want an error with %q", row.args, err, row.says)
		}
		if says.Len() > 0 {
			t.Errorf("pokey %s: it also prints %q, want only the error", row.args, &says)
		}
	}
}

// Flags may stand between and behind the other words.
func TestFlagsAmongWords(t *testing.T) {
	for args, want := range map[string]string{
		"":                  "",
		"a b":               "a b",
		"-n 1 a b":          "a b",
		"a -n 1 b":          "a b",
		"a b -n 1":          "a b",
		"a -- -n b":         "a -n b",
		"-n 1 -- -n":        "-n",
		"- a -n 1":          "- a",
		"cluster -d 2s add": "cluster add",
	} {
		fs := flag.NewFlagSet("pokey", flag.ContinueOnError)
		fs.Int("n", 0, "")
		fs.Duration("d", time.Second, "")
		words, err := parseWords(fs, strings.Fields(args), func() {})
		if got := strings.Join(words, " "); err != nil || got != want {
			t.Errorf("%q: got %q and %v, want %q", args, got, err, want)
		}
	}
}

// A misspelt variable of the environment is named, with the setting that is meant. What
// Kubernetes and Compose call POKEY_… is left alone.
func TestMisspeltVariables(t *testing.T) {
	fs := flag.NewFlagSet("pokey", flag.ContinueOnError)
	new(config).flags(fs)
	got := misspelt(fs, []string{
		"POKEY_USER_EXPRY=4h", "POKEY_DATA=x", "POKEY_JOIN_TOKEN=t", "POKEY_ACME_EAB_KEY=k", "POKEY_PORT=tcp://10.0.0.1:80", "POKEY_SERVICE_HOST=10.0.0.1",
		"POKEY_PORT_8080_TCP_ADDR=10.0.0.1", "POKEY_IMAGE=x", "POKEY_MEMORY=1g", "POKEY_SUBNET=10.0.0.0/8", "HOME=/", "OTHER_DAT=1",
	})
	if len(got) != 1 || !strings.Contains(got[0], "POKEY_USER_EXPIRY?") || strings.Contains(got[0], "4h") {
		t.Errorf("got %q, want one warning, of POKEY_USER_EXPRY, that does not say its value", got)
	}
}

// What is no directory is said in words, with the exit code for data.
func TestDataIsNoDirectory(t *testing.T) {
	dir := t.TempDir()
	file, dangling := filepath.Join(dir, "file"), filepath.Join(dir, "dangling")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(filepath.Join(dir, "nowhere"), dangling)); err != nil {
		t.Fatal(err)
	}
	for data, says := range map[string]string{file: "is not a directory", filepath.Join(file, "below"): "not a directory", dangling: "nothing is there"} {
		for _, command := range []string{"", "join -only", "backup x", "restore -check x", "cluster status", "cluster dissolve", "invite", "config check"} {
			var b bytes.Buffer
			err := run(t.Context(), append(strings.Fields(command), "-data", data), func(string) string { return "" }, &b, nil)
			var e exit
			if !errors.As(err, &e) || e.code != exitData || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "-data") {
				t.Errorf("pokey %s -data %s: got %v, want exit code %d and an error with %q", command, filepath.Base(data), err, exitData, says)
			}
		}
	}
}

// A pipe or a directory in the place of a file that is needed to start is said at once.
func TestSettingIsNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, setting := range []string{"-secret-file", "-tls-cert", "-tls-key", "-node-tls-ca"} {
		var b bytes.Buffer
		err := run(t.Context(), []string{"-data", filepath.Join(dir, "data"), setting, dir}, func(string) string { return "" }, &b, nil)
		if err == nil || !strings.Contains(err.Error(), setting+" "+dir+" is not a file") {
			t.Errorf("%s: got %v, want that it is not a file", setting, err)
		}
	}
}
