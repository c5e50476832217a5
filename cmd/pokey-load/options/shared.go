package options

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/pokey/cmd/pokey-load/client"
)

// Target is a server that is already running.
type Target struct {
	URL         string
	AllowRemote bool   // whether the server may be on another machine
	Sources     int    // loopback addresses to connect from; 0 for the system's choice
	CA          string // a file with the authority of an https server; empty for those of the system
}

// Declare declares the options; sources is the default of -sources.
func (t *Target) Declare(s *Set, sources int) {
	s.String(&t.URL, "url", "http://127.0.0.1:8080", "the server's `URL`")
	s.String(&t.CA, "ca", "", "`FILE` with the authority of an https server (default those of the system)")
	s.Bool(&t.AllowRemote, "allow-remote", false, "allow a server on another machine; get its owner's consent first")
	s.Int(&t.Sources, "sources", sources, 0, 250, "loopback addresses to connect from; 0 for the system's choice")
}

// Site returns the server for clients to connect to.
func (t *Target) Site() (*client.Site, error) {
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	return client.NewSite(t.URL, client.SiteOptions{AllowRemote: t.AllowRemote, Sources: t.Sources, Roots: roots})
}

func (t *Target) roots() (*x509.CertPool, error) {
	if t.CA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.CA)
	if err != nil {
		return nil, fmt.Errorf("-ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("-ca: %s holds no certificate", t.CA)
	}
	return roots, nil
}

// Programs are for runs that start their servers themselves.
type Programs struct {
	Binary string   // the server's
	Etcd   string   // etcd's; empty where no etcd is needed
	Dir    string   // for data and logs; made if need be, and kept
	Args   []string // additional flags of each server
}

// Declare implements [Options] for runs without etcd.
func (p *Programs) Declare(s *Set) {
	s.String(&p.Binary, "binary", "", "the server's `PROGRAM`; required")
	s.String(&p.Dir, "data", "", "`DIR` for data, logs and the histories of faulty rooms (default a new one)")
	s.Func("args", "additional `FLAGS` of each server, separated by spaces", func(text string) error {
		p.Args = strings.Fields(text)
		return nil
	})
	s.Require(p.Binary != "", "-binary is required")
}

// DeclareEtcd declares the option of runs that may need etcd, and do if required.
func (p *Programs) DeclareEtcd(s *Set, required bool) {
	s.String(&p.Etcd, "etcd", "etcd", "etcd's `PROGRAM`")
	s.Require(!required || p.Etcd != "", "-etcd is required")
}

// Prepare makes the directory, a new one with the prefix if none is given, and
// makes all paths absolute: servers may run in a directory of their own. A
// program's name is looked up in PATH. More are further programs of the run.
func (p *Programs) Prepare(prefix string, more ...*string) (err error) {
	if p.Dir == "" {
		if p.Dir, err = os.MkdirTemp("", prefix); err != nil {
			return err
		}
	}
	if p.Dir, err = filepath.Abs(p.Dir); err != nil {
		return err
	}
	err = os.MkdirAll(p.Dir, 0o700)
	for _, program := range append(more, &p.Binary, &p.Etcd) {
		err = errors.Join(err, absolute(program))
	}
	return err
}

func absolute(program *string) error {
	if *program == "" {
		return nil
	}
	found, err := exec.LookPath(*program)
	if err != nil {
		return err
	}
	*program, err = filepath.Abs(found)
	return err
}
