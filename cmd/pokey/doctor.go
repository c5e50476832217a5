package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const doctorUsage = `Usage: pokey doctor [flags] [URL]

Examines, as a browser would, the server at URL and what is in between; through
their admin ports, the nodes of a cluster; and a data directory. It says in words
what is wrong and what to do. Exit codes: 0 if nothing is wrong, 1 if something is,
64 if the command is wrong.
`

// doctor examines a running server from the outside, as a browser would, and
// explains in plain words what is wrong between the two. It also examines nodes
// through their admin ports, and a data directory.
func doctor(ctx context.Context, args []string, out io.Writer) error {
	e := &examination{out: out, lookup: lookup}
	fs := flag.NewFlagSet("pokey doctor", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "write the findings as JSON")
	admins := fs.String("admin", "", "`URL[,URL]` of the admin ports of the server, or of all nodes of a cluster")
	data := fs.String("data", "", "`DIR` to examine: space, permissions, the file system and how fast it saves")
	fs.DurationVar(&e.idle, "idle", 0, "keep a WebSocket open and idle for this long, to see whether a proxy cuts it; 90s finds most")
	words, err := parseWords(fs, args, usage(fs, out, doctorUsage))
	if err != nil {
		return exit{exitUsage, err}
	}
	if len(words) > 1 || len(words) == 0 && *admins == "" && *data == "" {
		return exit{exitUsage, errors.New("usage: pokey doctor [flags] [URL], for instance pokey doctor https://poker.example.com/")}
	}
	addresses, err := doctorURLs(words, *admins)
	if err != nil {
		return exit{exitUsage, err}
	}
	if *asJSON {
		e.out = io.Discard
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second+e.idle)
	defer cancel()
	if len(words) == 1 {
		e.base = addresses[0]
		e.run(ctx)
		addresses = addresses[1:]
	}
	if len(addresses) > 0 {
		e.nodes(ctx, addresses)
	}
	if *data != "" {
		e.data(*data)
	}
	return e.conclude(*asJSON, out)
}

// doctorURLs reads the public URL, if one is given, and those of admin ports.
func doctorURLs(public []string, admins string) (all []*url.URL, err error) {
	given := public
	if admins != "" {
		given = append(given, strings.Split(admins, ",")...)
	}
	for i, text := range given {
		text = strings.TrimSpace(text)
		if i >= len(public) && !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fmt.Errorf("%q is not an http or https URL", text)
		}
		if !strings.HasSuffix(u.Path, "/") {
			u.Path += "/"
		}
		all = append(all, u)
	}
	return all, nil
}

// examination is the state of one run of the doctor.
type examination struct {
	out    io.Writer
	base   *url.URL
	cookie *http.Cookie
	idle   time.Duration
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	roots  *x509.CertPool // of https; nil for those of the system
	plain  string         // the port for plain http; empty for 80 if https is at 443

	done             []checked
	checks, findings int
}

// checked is the outcome of one check, or a note.
type checked struct {
	OK   bool   `json:"ok"`
	Note bool   `json:"note,omitempty"` // good to know, and not wrong
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

func (e *examination) check(ok bool, what, otherwise string, args ...any) bool {
	e.checks++
	if ok {
		e.done = append(e.done, checked{OK: true, What: what})
		_, _ = fmt.Fprintf(e.out, "ok    %s\n", what)
		return true
	}
	e.findings++
	do := fmt.Sprintf(otherwise, args...)
	e.done = append(e.done, checked{What: what, Do: do})
	_, _ = fmt.Fprintf(e.out, "FAIL  %s\n      %s\n", what, do)
	return false
}

func (e *examination) note(what, do string) {
	e.done = append(e.done, checked{OK: true, Note: true, What: what, Do: do})
	_, _ = fmt.Fprintf(e.out, "note  %s\n      %s\n", what, do)
}

// conclude sums up.
func (e *examination) conclude(asJSON bool, out io.Writer) error {
	if asJSON {
		report := struct {
			Checks []checked `json:"checks"`
			Failed int       `json:"failed"`
		}{e.done, e.findings}
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(report); err != nil {
			return err
		}
	}
	if e.findings > 0 {
		return exit{exitFailure, fmt.Errorf("%d of %d checks failed", e.findings, e.checks)}
	}
	_, _ = fmt.Fprintf(e.out, "all %d checks passed\n", e.checks)
	return nil
}

func (e *examination) run(ctx context.Context) {
	if !e.names(ctx) || !e.page(ctx) || !e.session() {
		return
	}
	e.refusals(ctx)
	if e.webSocket(ctx) && e.idle > 0 {
		e.stayIdle(ctx)
	}
}
