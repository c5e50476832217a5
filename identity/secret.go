package identity

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const maxSecretFile = 64 << 10

// Open reads the ring from a file. The file has one master a line, newest first,
// each the base64 of 32 random bytes; empty lines and lines that begin with # do
// not count. If there is no file and create is true, Open creates it with one fresh
// master, readable by its owner only, and its directory if need be.
//
// The error for a file that cannot be read or created wraps that of the file system
// ([fs.ErrNotExist], [fs.ErrPermission], …). The error for a file that must not be
// used wraps [ErrSecret].
func Open(file string, create bool) (*Keys, error) {
	masters, err := readSecret(file)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err = writeSecret(file); err == nil || errors.Is(err, fs.ErrExist) {
			masters, err = readSecret(file)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("identity: -secret-file: %w", err)
	}
	return New(masters...)
}

// Copy puts what one file holds in the place of another, which only its owner can read,
// and returns that ring. Others may be able to read the first: so it is with what
// Kubernetes mounts, and Open would refuse it. The errors are those of Open.
func Copy(from, to string) (*Keys, error) {
	text, err := readText(from, fs.ModePerm)
	if err != nil {
		return nil, fmt.Errorf("identity: secret: %w", err)
	}
	masters, err := parseSecret(from, text)
	if err != nil {
		return nil, fmt.Errorf("identity: secret: %w", err)
	}
	keys, err := New(masters...)
	if err != nil {
		return nil, err
	}
	if err := replaceSecret(to, text); err != nil {
		return nil, fmt.Errorf("identity: secret: %w", err)
	}
	return keys, nil
}

func readSecret(file string) ([][]byte, error) {
	text, err := readText(file, 0o700)
	if err != nil {
		return nil, err
	}
	return parseSecret(file, text)
}

// readText reads a file that nobody has other permissions for than these.
func readText(file string, permitted fs.FileMode) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // to open a pipe would wait for who writes to it
		return nil, &fs.PathError{Op: "read", Path: file, Err: errors.New("it is not a file")}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&^permitted != 0 {
		return nil, fmt.Errorf("%w: %s may be used by others than its owner (mode %04o, must be 0600)", ErrSecret, file, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSecretFile {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes", ErrSecret, file, maxSecretFile)
	}
	return text, nil
}

func parseSecret(file string, text []byte) ([][]byte, error) {
	var masters [][]byte
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		master, err := base64.StdEncoding.Strict().AppendDecode(nil, line)
		if err != nil {
			// The error is not wrapped: it is about bytes of the secret.
			return nil, fmt.Errorf("%w: %s, line %d, is not base64", ErrSecret, file, number)
		}
		masters = append(masters, master)
	}
	if len(masters) == 0 {
		return nil, fmt.Errorf("%w: %s holds no key", ErrSecret, file)
	}
	return masters, nil
}

// writeSecret creates the file with a fresh master. It fails with fs.ErrExist if another
// process has just done so. When it returns, the file and its name are durable.
func writeSecret(file string) error {
	master := make([]byte, minMaster)
	_, _ = rand.Read(master) // never fails
	return createFile(file, []byte("# Whoever has this key can be anybody. Keep a copy: without it all links and sessions die.\n"+
		base64.StdEncoding.EncodeToString(master)+"\n"))
}

// replaceSecret replaces the file, or creates it. When it returns, that is durable.
func replaceSecret(file string, text []byte) error {
	fresh := file + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) { // an interrupted call's
		return err
	}
	if err := createFile(fresh, text); err != nil {
		return err
	}
	if err := os.Rename(fresh, file); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return syncDir(filepath.Dir(file))
}

// createFile creates a file that only its owner can use.
func createFile(file string, text []byte) (err error) {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(file))
		}
	}()
	if err := f.Chmod(0o600); err != nil { // whatever the umask is
		return err
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	return f.Close()
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
