package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/backup"
)

const (
	// backupTimeout bounds a backup, because the store keeps what it shows meanwhile,
	// and with it what has expired.
	backupTimeout = 30 * time.Minute
	// backupPatience is how long whoever fetches a backup may take for its next bytes.
	backupPatience = 30 * time.Second
)

// backupPage sends a backup of everything in the store. It is sealed with the server's
// secret, so that only those can use it who have that secret anyway, and whoever
// reaches the operator's port may fetch it.
func (n *node) backupPage(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Origin") != "":
		http.Error(w, "a page in a browser may not make backups", http.StatusForbidden)
		return
	case n.settings.secretFile == "":
		http.Error(w, "the server keeps its secret in memory only, so nobody could open the backup later: give it a -secret-file", http.StatusConflict)
		return
	case !n.backingUp.CompareAndSwap(false, true):
		http.Error(w, "another backup is being made", http.StatusConflict)
		return
	}
	defer n.backingUp.Store(false)
	ctx, cancel := context.WithTimeout(r.Context(), backupTimeout)
	defer cancel()
	w.Header().Set("Content-Type", "application/octet-stream")
	out := &patient{Writer: w, control: http.NewResponseController(w)}
	began := time.Now()
	summary, err := n.sendBackup(ctx, out)
	if err == nil {
		n.log.Info("backup made", "rooms", summary.Kinds["room"], "users", summary.Kinds["user"], "bytes", out.sent, "damaged", summary.Damaged, "took", time.Since(began).Round(time.Millisecond))
		return
	}
	n.log.Warn("no backup was made", "err", err, "sent", out.sent)
	if out.sent > 0 {
		panic(http.ErrAbortHandler) // so that what has arrived does not look complete
	}
	w.Header().Del("Content-Length")
	http.Error(w, "no backup was made: "+err.Error(), http.StatusInternalServerError)
}

// sendBackup writes a backup for somebody who may be slow. The store's own file must
// not wait for them: the backup of it is made on the disk first. What is in memory or
// in etcd waits.
func (n *node) sendBackup(ctx context.Context, to io.Writer) (backup.Summary, error) {
	if n.store.Shared() || !n.store.Durable() {
		return makeBackup(ctx, n.store, to, n.keys)
	}
	spool, err := createSpool(n.settings.data)
	if err != nil {
		return backup.Summary{}, err
	}
	defer spool.remove()
	summary, err := makeBackup(ctx, n.store, spool, n.keys)
	if err != nil {
		return backup.Summary{}, err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return backup.Summary{}, err
	}
	_, err = io.Copy(to, spool)
	return summary, err
}

// makeBackup writes a backup of a store, sealed with its service's secret.
func makeBackup(ctx context.Context, s store.Store, to io.Writer, keys *identity.Keys) (backup.Summary, error) {
	w, err := backup.NewWriter(to, secretKey(keys), backup.About{
		Form: record.Form, Made: time.Now().UTC().Truncate(time.Millisecond), Version: version(), Secrets: keys.Fingerprints(),
	})
	if err != nil {
		return backup.Summary{}, err
	}
	damaged, err := s.Snapshot(ctx, w.Add)
	if err != nil {
		return backup.Summary{}, err
	}
	return w.Close(damaged)
}

func secretKey(keys *identity.Keys) backup.Key {
	return backup.Secret(keys.Backups(), keys.Fingerprints())
}

// spool is a file that is gone when the process is. What it holds is sealed.
type spool struct{ *os.File }

// createSpool creates a file in the data directory or, if it is full, elsewhere.
func createSpool(dir string) (spool, error) {
	f, err := os.CreateTemp(dir, "backup-*.tmp")
	if err != nil {
		var other error
		if f, other = os.CreateTemp("", "pokey-backup-*.tmp"); other != nil {
			return spool{}, fmt.Errorf("there is no space for a backup on this machine: %w", errors.Join(err, other))
		}
	}
	_ = os.Remove(f.Name()) // some systems refuse that while the file is open
	return spool{f}, nil
}

func (s spool) remove() {
	_ = s.Close() // what was read is sealed, and checked by its reader
	_ = os.Remove(s.Name())
}

// patient gives each write to a client its own time, and counts the bytes.
type patient struct {
	io.Writer
	control *http.ResponseController
	sent    int64
}

// Write implements [io.Writer].
func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(backupPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := p.Writer.Write(b)
	p.sent += int64(n)
	return n, err
}
