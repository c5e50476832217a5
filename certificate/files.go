package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	pollFiles = 2 * time.Second
	maxFile   = 1 << 20 // bytes
)

// files is a certificate and its key in two files.
type files struct {
	cert, key string // their names
	log       *slog.Logger
	background

	mu       sync.Mutex
	used     [2][]byte // what the files held when pair was read
	pair     *tls.Certificate
	failures int64
	doubtful string // what was wrong with the files a moment ago
	rejected string
}

// OpenFiles reads a certificate, with its intermediates, and its key from PEM files.
// It looks at them every few seconds, and uses the new certificate once both have
// been replaced. As long as the new files cannot be used, the old certificate stays:
// the reason is logged once, and is in [State].
func OpenFiles(cert, key string, log *slog.Logger) (Source, error) {
	f := &files{cert: cert, key: key, log: log}
	f.warnOfMode()
	if err := f.load(time.Time{}); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return f, nil
}

// Start implements [Source].
func (f *files) Start() { f.run(f.watch) }

// warnOfMode says so if every user of the machine can read the key.
func (f *files) warnOfMode() {
	if info, err := os.Stat(f.key); err == nil && info.Mode().Perm()&0o004 != 0 {
		f.log.Warn("every user of this machine can read the key of the certificate", "setting", "-tls-key", "mode", info.Mode().Perm().String())
	}
}

func (f *files) watch(ctx context.Context) {
	look := time.NewTicker(pollFiles)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-look.C:
			f.follow(now)
		}
	}
}

// follow uses the files if they have changed. Whoever replaces two files is in
// between for a moment, so a fault counts when it is still there at the next look.
func (f *files) follow(now time.Time) {
	err := f.load(now)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case errors.Is(err, errUnchanged):
		f.doubtful, f.rejected = "", ""
	case err == nil:
		f.doubtful, f.rejected = "", ""
		f.log.Info("the certificate was replaced", "expires", f.pair.Leaf.NotAfter)
	case err.Error() != f.doubtful:
		f.doubtful = err.Error()
	case err.Error() != f.rejected:
		f.rejected = err.Error()
		f.failures++
		f.log.Error("the new certificate cannot be used; the old one stays in use", "err", err, "expires", f.pair.Leaf.NotAfter)
	}
}

// errUnchanged says that the files hold what they held before.
var errUnchanged = errors.New("unchanged")

// load reads both files. An expired certificate is refused from the time now on; it
// is better than none at the start.
func (f *files) load(now time.Time) error {
	var read [2][]byte
	for i, name := range []string{f.cert, f.key} {
		var err error
		if read[i], err = readFile(name); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if bytes.Equal(read[0], f.used[0]) && bytes.Equal(read[1], f.used[1]) {
		return errUnchanged
	}
	pair, err := tls.X509KeyPair(read[0], read[1])
	switch {
	case err != nil:
		return fmt.Errorf("%s and %s: %w", f.cert, f.key, err)
	case !now.IsZero() && !now.Before(pair.Leaf.NotAfter):
		return fmt.Errorf("%s: the certificate expired on %s", f.cert, pair.Leaf.NotAfter.UTC().Format(time.DateOnly))
	case len(pair.Leaf.DNSNames)+len(pair.Leaf.IPAddresses) == 0:
		return fmt.Errorf("%s: the certificate is for no host name", f.cert)
	}
	f.used, f.pair = read, &pair
	return nil
}

func readFile(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() { // to open a pipe would wait for who writes to it
		return nil, fmt.Errorf("%s is not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s is longer than %d bytes", name, maxFile)
	}
	return b, err
}

// Config implements [Source].
func (f *files) Config() *tls.Config {
	c := baseConfig()
	c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.pair, nil
	}
	return c
}

// ServeChallenge implements [Source]: whoever made the files has dealt with the
// authority.
func (*files) ServeChallenge(http.ResponseWriter, *http.Request) bool { return false }

// State implements [Source].
func (f *files) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := State{Failures: f.failures, Rejected: f.rejected}
	names := f.pair.Leaf.DNSNames
	for _, ip := range f.pair.Leaf.IPAddresses {
		names = append(slices.Clip(names), ip.String())
	}
	for _, name := range names {
		s.Domains = append(s.Domains, Domain{Name: name, Expires: f.pair.Leaf.NotAfter, Late: late(f.pair.Leaf)})
	}
	return s
}
