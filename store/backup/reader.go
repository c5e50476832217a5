package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"

	"example.com/pokey/store"
)

// Reader reads a backup. What it returns is what was written, but it may be cut off:
// only [io.EOF] from [Reader.Next] means that all of it was there.
type Reader struct {
	in      *bufio.Reader
	sum     hash.Hash // of the frames before the next one
	about   About
	summary Summary // so far
	end     Summary // as written
	next    *frame  // read already
	last    string  // the key before
}

type frame struct {
	kind    byte
	content []byte
}

// NewReader begins to read a backup. The error wraps [ErrNoBackup], [ErrKey],
// [ErrDamaged], [store.ErrFormat] if a newer version has written the backup, or is
// that of reading.
func NewReader(from io.Reader, key Key) (*Reader, error) {
	source := &source{from: from}
	opened, err := age.Decrypt(source, key.identity)
	if err != nil {
		return nil, source.explain(err)
	}
	return newReader(&unsealed{opened, source})
}

// newReader reads what was sealed.
func newReader(from io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(from, 64<<10), sum: sha256.New()}
	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, begin); err != nil {
		return nil, cutOff(err)
	}
	if string(begin) != magic {
		return nil, ErrNoBackup
	}
	r.sum.Write(begin)
	f, err := r.frame(maxText)
	if err != nil {
		return nil, err
	}
	if f.kind != frameAbout || json.Unmarshal(f.content, &r.about) != nil {
		return nil, fmt.Errorf("%w: its description", ErrDamaged)
	}
	if r.about.Format > format {
		return nil, fmt.Errorf("the backup was %w, %s: its format is %d, and this version reads up to %d", store.ErrFormat, r.about.Version, r.about.Format, format)
	}
	r.next, err = r.frame(maxFrame)
	return r, err
}

// About returns where the backup comes from.
func (r *Reader) About() About { return r.about }

// Summary returns what the backup holds, once Next has returned [io.EOF].
func (r *Reader) Summary() Summary { return r.end }

// Next returns the next record with its parts. Behind the last one it returns
// [io.EOF] if the backup is complete.
func (r *Reader) Next() (record store.Record, parts []store.Record, err error) {
	switch r.next.kind {
	case frameRecord:
	case frameEnd:
		return store.Record{}, nil, r.finish()
	default:
		return store.Record{}, nil, fmt.Errorf("%w: a part without its record", ErrDamaged)
	}
	key, rest, err := r.key(r.next.content)
	if err != nil || len(rest) < 8 {
		return store.Record{}, nil, fmt.Errorf("%w: a record", ErrDamaged)
	}
	record = store.Record{Key: key, Expires: store.FromMillis(int64(binary.BigEndian.Uint64(rest))), Data: rest[8:]}
	for {
		if r.next, err = r.frame(maxFrame); err != nil {
			return store.Record{}, nil, err
		}
		if r.next.kind != framePart {
			break
		}
		key, data, err := r.key(r.next.content)
		if err != nil || len(data) == 0 {
			return store.Record{}, nil, fmt.Errorf("%w: a part", ErrDamaged)
		}
		parts = append(parts, store.Record{Key: key, Data: data})
	}
	if err := store.CheckKeys(record, parts); err != nil {
		return store.Record{}, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	r.summary.add(record, parts)
	return record, parts, nil
}

// key reads a key, which must be behind the last one.
func (r *Reader) key(content []byte) (key string, rest []byte, err error) {
	n, size := binary.Uvarint(content)
	if size <= 0 || n > uint64(len(content)-size) {
		return "", nil, ErrDamaged
	}
	key, rest = string(content[size:size+int(n)]), content[size+int(n):]
	if key <= r.last {
		return "", nil, ErrDamaged
	}
	r.last = key
	return key, rest, nil
}

// finish checks the last frame, and that nothing follows it.
func (r *Reader) finish() error {
	if json.Unmarshal(r.next.content, &r.end) != nil {
		return fmt.Errorf("%w: its summary", ErrDamaged)
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.Join(fmt.Errorf("%w: behind its end", ErrDamaged), err)
	}
	same := r.end.Parts == r.summary.Parts && r.end.Bytes == r.summary.Bytes && len(r.end.Kinds) == len(r.summary.Kinds)
	for kind, n := range r.summary.Kinds {
		same = same && r.end.Kinds[kind] == n
	}
	if !same || !bytes.Equal(r.end.Sum, r.sum.Sum(nil)) {
		return fmt.Errorf("%w: its checksum", ErrDamaged)
	}
	return io.EOF
}

// frame reads the next frame. The sum is that of all frames but the last one.
func (r *Reader) frame(limit uint64) (*frame, error) {
	kind, err := r.in.ReadByte()
	if err != nil {
		return nil, cutOff(err)
	}
	size, err := binary.ReadUvarint(r.in)
	if err != nil {
		return nil, cutOff(err)
	}
	if size > limit {
		return nil, fmt.Errorf("%w: a frame of %d bytes", ErrDamaged, size)
	}
	var content bytes.Buffer // it grows with what is there, not with what is announced
	if _, err := io.CopyN(&content, r.in, int64(size)); err != nil {
		return nil, cutOff(err)
	}
	if kind != frameEnd {
		r.sum.Write(binary.AppendUvarint([]byte{kind}, size))
		r.sum.Write(content.Bytes())
	}
	return &frame{kind, content.Bytes()}, nil
}

// cutOff makes an early end a damage.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut off", ErrDamaged)
	}
	return err
}
