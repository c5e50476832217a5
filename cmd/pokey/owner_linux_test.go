package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What root restores into the directory of a service belongs to the user of the
// service, who could not open it otherwise.
func TestRestoreGivesFilesToTheService(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "a.backup")
	p := spawn(t, nil, "-data", data)
	callIn(t, p.url, peerCookie(t, p.url)).create("Login")
	p.saved(t)
	must(t, "1 room and", "backup", "-admin-listen", strings.TrimPrefix(p.admin, "http://"), "-data", data, file)
	_ = p.Process.Signal(syscall.SIGTERM)
	if code := p.code(t); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.log)
	}
	const nobody = 65532
	err := filepath.WalkDir(data, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, nobody, nobody)
	})
	if err != nil {
		t.Fatal(err)
	}
	others := filepath.Join(dir, "others")
	if err := os.WriteFile(others, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for trap, make := range map[string]func(string, string) error{"link": os.Link, "symlink": os.Symlink} {
		if err := make(others, filepath.Join(data, trap)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "restored to", "restore", "-data", data, "-replace", file)

	owner := func(name string) uint32 {
		info, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Sys().(*syscall.Stat_t).Uid
	}
	err = filepath.WalkDir(data, func(name string, _ fs.DirEntry, err error) error {
		if got := owner(name); got != nobody && filepath.Base(name) != "link" {
			t.Errorf("%s: got owner %d, want %d", name, got, nobody)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := owner(others); got != 0 {
		t.Errorf("a file of root that is linked in the directory: got owner %d, want 0", got)
	}
}

// On a volume as Kubernetes mounts it, which belongs to root, the doctor looks at what
// Pokey has made.
func TestDoctorOfVolume(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	const pokey = 65532
	volume := t.TempDir()
	if err := os.Chmod(volume, 0o775|fs.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(volume, "etcd")
	for path, mode := range map[string]fs.FileMode{made: 0o700, filepath.Join(volume, "lost+found"): 0o755} {
		if err := os.Mkdir(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Lchown(made, pokey, pokey); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(volume)
	if err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[fs.FileMode]bool{0o700: true, 0o750: false, 0o701: false} {
		if err := os.Chmod(made, mode); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		e := examination{out: &said}
		e.readers(volume, info, pokey)
		if len(e.done) != 1 || e.done[0].OK != ok || ok == strings.Contains(said.String(), `"etcd"`) {
			t.Errorf("etcd with mode %v: got %s, want ok %v", mode, &said, ok)
		}
	}
}
