package backup

import (
	"bufio"
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

// Writer writes a backup.
type Writer struct {
	sealed  io.WriteCloser
	out     *bufio.Writer // to sealed, and to sum
	sum     hash.Hash
	summary Summary
}

// NewWriter begins a backup, which is sealed with a key.
func NewWriter(to io.Writer, key Key, about About) (*Writer, error) {
	sealed, err := age.Encrypt(to, key.recipient)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	w := &Writer{sealed: sealed, sum: sha256.New()}
	w.out = bufio.NewWriterSize(io.MultiWriter(sealed, w.sum), 64<<10)
	about.Format = format
	text, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	_, err = w.out.WriteString(magic)
	return w, errors.Join(err, w.frame(frameAbout, text))
}

// Add adds a record with its parts, which comes behind the ones before it in the order
// of keys.
func (w *Writer) Add(r store.Record, parts []store.Record) error {
	var expires [8]byte
	binary.BigEndian.PutUint64(expires[:], uint64(store.Millis(r.Expires)))
	if err := w.frame(frameRecord, lengthOf(r.Key), []byte(r.Key), expires[:], r.Data); err != nil {
		return err
	}
	for _, p := range parts {
		if err := w.frame(framePart, lengthOf(p.Key), []byte(p.Key), p.Data); err != nil {
			return err
		}
	}
	w.summary.add(r, parts)
	return nil
}

// Close ends the backup, in which so many records and parts are missing because they
// are damaged. What has been written without it is no backup.
func (w *Writer) Close(damaged int) (Summary, error) {
	if err := w.out.Flush(); err != nil {
		return Summary{}, err
	}
	w.summary.Damaged, w.summary.Sum = damaged, w.sum.Sum(nil)
	text, err := json.Marshal(w.summary)
	if err != nil {
		return Summary{}, err
	}
	if err := errors.Join(w.frame(frameEnd, text), w.out.Flush()); err != nil {
		return Summary{}, err
	}
	return w.summary, w.sealed.Close()
}

func lengthOf(text string) []byte { return binary.AppendUvarint(nil, uint64(len(text))) }

func (w *Writer) frame(kind byte, content ...[]byte) error {
	size := 0
	for _, c := range content {
		size += len(c)
	}
	if size > maxFrame {
		return fmt.Errorf("backup: a record of %d bytes, want at most %d", size, maxFrame)
	}
	_, err := w.out.Write(binary.AppendUvarint([]byte{kind}, uint64(size)))
	for _, c := range content {
		if err == nil {
			_, err = w.out.Write(c)
		}
	}
	return err
}
