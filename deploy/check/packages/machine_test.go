package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// machine is a directory that packages are installed into, with just enough in it for
// their scripts: a shell, rm, and a systemctl that writes down what it is asked for.
type machine struct {
	t    *testing.T
	root string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t, t.TempDir()}
	for _, dir := range []string{"bin", "run/systemd/system", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/rpm", "var/lib/private", "var/tmp", "tmp"} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.write("var/lib/dpkg/status", "", 0o644)
	m.write("bin/systemctl", "#!/bin/sh\necho \"$@\" >>/asked\n", 0o755)
	for _, program := range []string{"/bin/sh", "/bin/rm"} {
		m.copy(program)
	}
	return m
}

var library = regexp.MustCompile(`/\S+`)

// copy copies a program of this machine, and the libraries it needs.
func (m *machine) copy(program string) {
	m.t.Helper()
	for _, path := range append(library.FindAllString(run(m.t, "ldd", program), -1), program) {
		content, err := os.ReadFile(path)
		if err != nil {
			m.t.Fatal(err)
		}
		m.write(path, string(content), 0o755)
	}
}

func (m *machine) write(path, content string, mode os.FileMode) {
	m.t.Helper()
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		m.t.Fatal(err)
	}
}

// read returns what a file holds, or "" if there is none.
func (m *machine) read(path string) string {
	m.t.Helper()
	content, err := os.ReadFile(filepath.Join(m.root, path))
	if err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	return string(content)
}

// asked returns what systemctl was asked for since the last call.
func (m *machine) asked() string {
	m.t.Helper()
	calls := strings.ReplaceAll(strings.TrimSpace(m.read("asked")), "\n", ", ")
	m.write("asked", "", 0o644)
	return calls
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (m *machine) dpkg(args ...string) {
	m.t.Helper()
	run(m.t, "dpkg", append([]string{"--root=" + m.root, "--force-confold", "--force-downgrade"}, args...)...)
}

func (m *machine) rpm(args ...string) {
	m.t.Helper()
	run(m.t, "rpm", append([]string{"--root", m.root, "--dbpath", "/var/lib/rpm", "--force-debian", "--nodeps"}, args...)...)
}
