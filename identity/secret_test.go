package identity

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func text(numbers ...int) string {
	var b strings.Builder
	for _, n := range numbers {
		b.WriteString(base64.StdEncoding.EncodeToString(master(n)) + "\n")
	}
	return b.String()
}

func TestOpen(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		mode  os.FileMode
		mints int // the number of the minting master; 0: refused
	}{
		"one":               {text(1), 0o600, 1},
		"read only":         {text(1), 0o400, 1},
		"two":               {text(2, 1), 0o600, 2},
		"comments":          {"# newest\n\n" + text(2) + "  # the one before\r\n" + text(1), 0o600, 2},
		"carriage return":   {strings.ReplaceAll(text(2, 1), "\n", "\r\n"), 0o600, 2},
		"no last line end":  {strings.TrimSpace(text(2)), 0o600, 2},
		"group may read":    {text(1), 0o640, 0},
		"others may read":   {text(1), 0o604, 0},
		"others may write":  {text(1), 0o602, 0},
		"empty":             {"", 0o600, 0},
		"only comments":     {"# nothing\n\n", 0o600, 0},
		"changeme":          {"changeme\n", 0o600, 0},
		"example word":      {"secret!\n", 0o600, 0},
		"short":             {base64.StdEncoding.EncodeToString(master(1)[:31]) + "\n", 0o600, 0},
		"not random":        {base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n", 0o600, 0},
		"second is no text": {text(1) + "pa$$word\n", 0o600, 0},
		"left-over bits":    {strings.Replace(text(1), "=", "!", 1), 0o600, 0},
		"too many":          {text(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17), 0o600, 0},
		"huge":              {strings.Repeat("#", maxSecretFile) + "\n" + text(1), 0o600, 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret.key")
			if err := os.WriteFile(file, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, tt.mode); err != nil {
				t.Fatal(err)
			}
			k, err := Open(file, true)
			if tt.mints > 0 {
				if err != nil || k.Fingerprint() != ring(t, tt.mints).Fingerprint() {
					t.Fatalf("Open: got %v, %v, want the ring that mints with %d", k, err, tt.mints)
				}
				return
			}
			if !errors.Is(err, ErrSecret) || k != nil || !strings.Contains(err.Error(), "-secret-file") {
				t.Fatalf("Open: got %v, %v, want ErrSecret that names -secret-file", k, err)
			}
			for line := range strings.Lines(tt.text) {
				if line = strings.TrimSpace(line); line != "" && strings.Contains(err.Error(), line) {
					t.Errorf("got error %q, want one without the key", err)
				}
			}
			if after, _ := os.ReadFile(file); string(after) != tt.text {
				t.Error("the file was changed, want it left alone")
			}
		})
	}
}

// Whoever comes second takes the secret of whoever came first.
func TestOpenCreatesOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret.key")
	if err := writeSecret(file); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(file)
	if err := writeSecret(file); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("a second write: got %v, want fs.ErrExist", err)
	}
	if after, _ := os.ReadFile(file); string(after) != string(before) {
		t.Error("the secret was replaced, want it left alone")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Open(file, true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A place where nothing can be written is a matter of the file system, not of
// the secret: a server may decide to go on without a lasting one.
func TestOpenWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"a file for a directory": filepath.Join(blocked, "secret.key"),
		"a directory for a file": dir,
		"no such device":         "/proc/pokey/secret.key",
	} {
		k, err := Open(file, true)
		var pathError *fs.PathError
		if k != nil || !errors.As(err, &pathError) || errors.Is(err, ErrSecret) || !strings.Contains(err.Error(), "-secret-file") {
			t.Errorf("%s: got %v, %v, want an error of the file system that names -secret-file", name, k, err)
		}
	}
}
