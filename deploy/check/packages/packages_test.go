package packages

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const settingsPath = "/etc/pokey/pokey.env"

// edited are settings as somebody has them who uses port 8080 behind a proxy.
const edited = "POKEY_LISTEN=:8080\nPOKEY_PUBLIC_ORIGIN=https://poker.example.com\n"

// What a package brings, and what its scripts do with a service, its settings and its
// rooms, from the first installation to the removal. Where dpkg or rpm is missing, or
// the user is not root, it is left out, unless POKEY_PACKAGES=require.
func TestPackages(t *testing.T) {
	for _, tool := range []string{"dpkg", "rpm", "ldd"} {
		if _, err := exec.LookPath(tool); (err != nil || os.Getuid() != 0) && os.Getenv("POKEY_PACKAGES") != "require" {
			t.Skipf("%s and root are needed to install packages: %v", tool, err)
		}
	}
	b := newBuilder(t)
	t.Run("deb", func(t *testing.T) { life(t, newMachine(t), b, deb) })
	t.Run("rpm", func(t *testing.T) { life(t, newMachine(t), b, rpm) })
}

// format is how one kind of package is handled, and what it does differently.
type format struct {
	name                       string
	install, downgrade, remove func(m *machine, what string)
	upgraded                   string // what systemctl is asked for
	beside, removed            string // names of settings: a newer version's, and one's own after a removal
}

var deb = format{
	name:      "deb",
	install:   func(m *machine, file string) { m.dpkg("--install", file) },
	downgrade: func(m *machine, file string) { m.dpkg("--install", file) },
	remove:    func(m *machine, name string) { m.dpkg("--remove", name) },
	upgraded:  "daemon-reload, daemon-reload, try-restart pokey.service",
	beside:    ".dpkg-dist",
}

var rpm = format{
	name:      "rpm",
	install:   func(m *machine, file string) { m.rpm("--upgrade", file) },
	downgrade: func(m *machine, file string) { m.rpm("--upgrade", "--oldpackage", file) },
	remove:    func(m *machine, name string) { m.rpm("--erase", name) },
	upgraded:  "daemon-reload, try-restart pokey.service, daemon-reload",
	beside:    ".rpmnew",
	removed:   ".rpmsave",
}

func life(t *testing.T, m *machine, b *builder, f format) {
	older, newer := b.build(t, f.name, "1.0.0"), b.build(t, f.name, "1.1.0")

	f.install(m, older)
	expect(t, "installed: systemctl", m.asked(), "daemon-reload, try-restart pokey.service")
	contents(t, m)

	m.write(settingsPath, edited, 0o600)
	m.write("/var/lib/private/pokey/pokey.db", "rooms", 0o600) // where systemd has DynamicUser= keep them
	if err := os.Symlink("private/pokey", filepath.Join(m.root, "var/lib/pokey")); err != nil {
		t.Fatal(err)
	}
	f.install(m, newer)
	expect(t, "upgraded: systemctl", m.asked(), f.upgraded)
	kept(t, m, settingsPath)
	check := "set -a && . " + settingsPath + " && exec /usr/bin/pokey config check -data /tmp/data"
	expect(t, "config check", run(t, "chroot", m.root, "/bin/sh", "-c", check), "the configuration is fine\n")
	if got := m.read(settingsPath + f.beside); !strings.HasSuffix(got, "# of 1.1.0\n") {
		t.Errorf("got the new version's settings %q in %s, want them beside one's own", got, settingsPath+f.beside)
	}
	f.downgrade(m, older)
	expect(t, "downgraded: systemctl", m.asked(), f.upgraded)
	kept(t, m, settingsPath)

	f.remove(m, "pokey")
	expect(t, "removed: systemctl", m.asked(), "disable --now pokey.service, daemon-reload")
	kept(t, m, settingsPath+f.removed)
	expect(t, "the binary of a removed package", m.read("/usr/bin/pokey"), "")
	if f.name == "deb" {
		m.dpkg("--purge", "pokey")
		for _, path := range []string{"etc/pokey", "var/lib/pokey", "var/lib/private/pokey"} {
			if _, err := os.Lstat(filepath.Join(m.root, path)); !os.IsNotExist(err) {
				t.Errorf("purged: got /%s still there, %v", path, err)
			}
		}
	}
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// kept fails if somebody's settings or rooms are not what they were, or others can
// read them.
func kept(t *testing.T, m *machine, settings string) {
	t.Helper()
	expect(t, settings, m.read(settings), edited)
	expect(t, "rooms", m.read("/var/lib/pokey/pokey.db"), "rooms")
	if info, err := os.Stat(filepath.Join(m.root, settings)); err == nil && info.Mode().Perm() != 0o600 {
		t.Errorf("%s: got mode %v, want what only root reads", settings, info.Mode())
	}
}

// contents fails unless everything that a package needs is there, belongs to root, and
// can be written by nobody else.
func contents(t *testing.T, m *machine) {
	t.Helper()
	missing := map[string]fs.FileMode{
		"/usr/bin/pokey": 0o755, settingsPath: 0o600, "/etc/pokey": fs.ModeDir | 0o755,
		"/usr/lib/systemd/system/pokey.service": 0o644, "/usr/share/doc/pokey/copyright": 0o644,
		"/usr/share/doc/pokey/docs/operating.md": 0o644, "/usr/share/pokey/grafana/pokey.json": 0o644,
		"/usr/share/pokey/prometheus/alerts.yaml": 0o644, "/usr/share/pokey/kubernetes/statefulset.yaml": 0o644,
		"/usr/share/pokey/kubernetes-etcd/kustomization.yaml": 0o644,
	}
	for _, dir := range []string{"etc", "usr"} {
		err := filepath.WalkDir(filepath.Join(m.root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(path, m.root)
			info, err := entry.Info()
			if err != nil {
				return err
			}
			if want, ok := missing[name]; ok && info.Mode() != want {
				t.Errorf("%s: got mode %v, want %v", name, info.Mode(), want)
			}
			delete(missing, name)
			if entry.Type() == fs.ModeSymlink {
				_, err := os.Stat(path)
				return err
			}
			if mode := info.Mode(); mode&(0o022|fs.ModeSetuid|fs.ModeSetgid) != 0 || mode.IsRegular() && strings.HasPrefix(name, "/usr/share") && mode != 0o644 {
				t.Errorf("%s: got mode %v, want it as its kind is", name, mode)
			}
			if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 0 || owner.Gid != 0 {
				t.Errorf("%s: got owner %d:%d, want root", name, owner.Uid, owner.Gid)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if len(missing) > 0 {
		t.Errorf("not in the package: %v", missing)
	}
}
