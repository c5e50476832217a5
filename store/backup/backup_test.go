package backup

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"example.com/pokey/store"
)

// testKey returns the n-th secret of these tests.
func testKey(t testing.TB, n byte) Key {
	t.Helper()
	block, err := aes.NewCipher(bytes.Repeat([]byte{n}, 32))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return Secret(aead, []string{fmt.Sprintf("fingerprint-%d", n)})
}

var about = About{
	Format: format, Form: 1, Made: time.Date(2026, time.November, 29, 3, 0, 0, 0, time.UTC), Version: "v2.0.0", Secrets: []string{"fingerprint-1"},
}

type entry struct {
	record store.Record
	parts  []store.Record
}

// some returns n records with parts.
func some(n int) (all []entry) {
	for i := range n {
		key := fmt.Sprintf("room/%04d", i)
		e := entry{record: store.Record{Key: key, Expires: store.FromMillis(int64(i%2) * 1_790_000_000_000), Data: bytes.Repeat([]byte{byte(i)}, i*i%5000)}}
		for p := range i % 4 {
			e.parts = append(e.parts, store.Record{Key: fmt.Sprintf("%s/%d", key, p), Data: bytes.Repeat([]byte{byte(p)}, 1+i%300)})
		}
		all = append(all, e)
	}
	return append(all, entry{record: store.Record{Key: "user/ada", Data: []byte("Ada")}})
}

// written returns a backup of the records.
func written(t testing.TB, key Key, all []entry) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := NewWriter(&file, key, about)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if err := w.Add(e.record, e.parts); err != nil {
			t.Fatal(err)
		}
	}
	summary, err := w.Close(3)
	if err != nil || summary.Damaged != 3 || len(all) > 0 && summary.Kinds["user"] != 1 {
		t.Fatalf("got %+v, %v", summary, err)
	}
	return file.Bytes()
}

// read returns what a reader returns until its end, and why it ended.
func read(from io.Reader, key Key) (r *Reader, all []entry, err error) {
	if r, err = NewReader(from, key); err != nil {
		return nil, nil, err
	}
	for {
		record, parts, err := r.Next()
		if err != nil {
			return r, all, err
		}
		all = append(all, entry{record, parts})
	}
}

func TestBackup(t *testing.T) {
	words, err := passphraseKey("correct horse battery staple", 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]Key{"secret": testKey(t, 1), "passphrase": words} {
		want := some(300)
		file := written(t, key, want)
		for _, mark := range []string{"room/", "user/ada", "v2.0.0"} {
			if bytes.Contains(file, []byte(mark)) {
				t.Errorf("%s: the file shows %q", name, mark)
			}
		}
		r, got, err := read(iotest.HalfReader(bytes.NewReader(file)), key)
		if !errors.Is(err, io.EOF) || !reflect.DeepEqual(r.About(), about) || r.Summary().Kinds["room"] != 300 || r.Summary().Damaged != 3 {
			t.Fatalf("%s: got %v, %+v, %+v", name, err, r.About(), r.Summary())
		}
		if len(got) != len(want) {
			t.Fatalf("%s: got %d records, want %d", name, len(got), len(want))
		}
		for i, w := range want {
			g := got[i]
			if g.record.Key != w.record.Key || !g.record.Expires.Equal(w.record.Expires) || !bytes.Equal(g.record.Data, w.record.Data) || len(g.parts) != len(w.parts) {
				t.Errorf("%s: got %s with %d parts, want %s with %d, and all that it holds", name, g.record.Key, len(g.parts), w.record.Key, len(w.parts))
			}
		}
	}
	r, got, err := read(bytes.NewReader(written(t, testKey(t, 1), nil)), testKey(t, 1))
	if !errors.Is(err, io.EOF) || len(got) != 0 || r.Summary().Parts != 0 {
		t.Errorf("nothing: got %d records, %v", len(got), err)
	}
}

// Whatever byte is changed and wherever the file ends, reading it fails with words.
func TestDamage(t *testing.T) {
	key := testKey(t, 1)
	file := written(t, key, some(40))
	step := max(1, len(file)/700)
	for at := 0; at < len(file); at += step {
		changed := bytes.Clone(file)
		changed[at] ^= 1 << (at % 8)
		for name, content := range map[string][]byte{"changed": changed, "cut off": file[:at]} {
			_, _, err := read(bytes.NewReader(content), key)
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoBackup) && !errors.Is(err, ErrKey) {
				t.Errorf("%s at byte %d of %d: got %v", name, at, len(file), err)
			}
		}
	}
	if _, _, err := read(bytes.NewReader(append(bytes.Clone(file), 0)), key); !errors.Is(err, ErrDamaged) {
		t.Errorf("a byte behind the end: got %v, want %v", err, ErrDamaged)
	}
}

func TestWordsOfAnotherKey(t *testing.T) {
	words, err := passphraseKey("correct horse battery staple", 4)
	if err != nil {
		t.Fatal(err)
	}
	others, err := passphraseKey("wrong horse battery staple", 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Passphrase("too short"); err == nil {
		t.Error("a short passphrase: got no error")
	}
	bySecret, byWords := written(t, testKey(t, 1), nil), written(t, words, nil)
	disk := errors.New("input/output error")
	for name, c := range map[string]struct {
		file io.Reader
		key  Key
		want error
		says string
	}{
		"another secret":                {bytes.NewReader(bySecret), testKey(t, 2), ErrKey, "fingerprint-1"},
		"a passphrase for a secret":     {bytes.NewReader(bySecret), words, ErrKey, "and not with a passphrase"},
		"a secret for a passphrase":     {bytes.NewReader(byWords), testKey(t, 1), ErrKey, "with a passphrase"},
		"another passphrase":            {bytes.NewReader(byWords), others, ErrKey, "another passphrase"},
		"an empty file":                 {strings.NewReader(""), words, ErrNoBackup, "empty"},
		"another file":                  {strings.NewReader("PK\x03\x04" + strings.Repeat("x", 100)), testKey(t, 1), ErrNoBackup, "no backup"},
		"a file that cannot be read":    {iotest.ErrReader(disk), testKey(t, 1), disk, "input/output"},
		"a file that ceases to be read": {io.MultiReader(bytes.NewReader(bySecret[:300]), iotest.ErrReader(disk)), testKey(t, 1), disk, "input/output"},
	} {
		_, _, err := read(c.file, c.key)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v that says %q", name, err, c.want, c.says)
		}
	}
}

// A newer format is refused, and not read as damage.
func TestNewerFormat(t *testing.T) {
	var plain bytes.Buffer
	plain.WriteString(magic + "A")
	text := `{"format":2,"version":"v9.0.0","something":"new"}`
	plain.WriteByte(byte(len(text)))
	plain.WriteString(text)
	if _, err := newReader(&plain); !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "v9.0.0") {
		t.Errorf("got %v, want %v with the version", err, store.ErrFormat)
	}
}

// A disk that is full while the backup is written is an error of the writer.
func TestFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	for _, space := range []int{0, 100, 70_000, 200_000} {
		w, err := NewWriter(&limited{space, full}, testKey(t, 1), about)
		for _, e := range some(300) {
			if err == nil {
				err = w.Add(e.record, e.parts)
			}
		}
		if err == nil {
			_, err = w.Close(0)
		}
		if !errors.Is(err, full) {
			t.Errorf("space for %d bytes: got %v, want %v", space, err, full)
		}
	}
}

type limited struct {
	space int
	err   error
}

func (l *limited) Write(b []byte) (int, error) {
	if l.space -= len(b); l.space < 0 {
		return 0, l.err
	}
	return len(b), nil
}

// FuzzReader reads what somebody with the key may have sealed. It neither panics nor
// takes more memory than there is content, and what it accepts it would write again.
func FuzzReader(f *testing.F) {
	key := testKey(f, 1)
	for _, n := range []int{0, 1, 5} {
		source := &source{from: bytes.NewReader(written(f, key, some(n)))}
		opened, err := age.Decrypt(source, key.identity)
		if err != nil {
			f.Fatal(err)
		}
		plain, err := io.ReadAll(opened)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Add([]byte(magic + "A\x02{}R\xff\xff\xff\x1f"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		r, err := newReader(bytes.NewReader(plain))
		if err != nil {
			return
		}
		w, err := NewWriter(io.Discard, key, r.About())
		if err != nil {
			t.Fatal(err)
		}
		for {
			record, parts, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return
			}
			if err := w.Add(record, parts); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(r.Summary().Damaged); err != nil {
			t.Fatal(err)
		}
	})
}
