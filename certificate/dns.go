package certificate

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/mholt/acmez/v3/acme"
	"github.com/miekg/dns"
)

// DNS has an authority check a domain in DNS, for servers that it cannot reach: by a
// record that a name server makes when it is asked by dynamic update (RFC 2136).
type DNS struct {
	// Server is the HOST or HOST:PORT of the zone's primary name server; empty if the
	// authority can reach this server.
	Server string
	// Key by which the name server knows who asks, as tsig-keygen prints it and
	// nsupdate reads it, or as ALGORITHM:NAME:SECRET.
	Key string
}

// The times of DNS.
const (
	dnsTimeout = 10 * time.Second // for one answer
	dnsTTL     = 60               // of a record that the authority looks at once, in seconds
	// dnsSpread is how long to wait for the zone's other name servers. One that
	// cannot be asked from here may still be right.
	dnsSpread = time.Minute
	dnsPause  = time.Second // between looking at them
)

// dnsAlgorithms are those by which requests are signed.
var dnsAlgorithms = []string{dns.HmacSHA224, dns.HmacSHA256, dns.HmacSHA384, dns.HmacSHA512}

// dnsSolver makes the records by which an authority checks domains.
type dnsSolver struct {
	server    string // with its port
	key       string // its name
	algorithm string
	client    *dns.Client
}

// solver returns what makes the records, nil if the authority shall not look in DNS. An
// error does not repeat the key.
func (d DNS) solver() (*dnsSolver, error) {
	if d == (DNS{}) {
		return nil, nil
	}
	algorithm, name, secret, err := parseDNSKey(d.Key)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	s := &dnsSolver{server: d.Server, key: name, algorithm: algorithm}
	if _, _, err := net.SplitHostPort(s.server); err != nil {
		s.server = net.JoinHostPort(strings.Trim(s.server, "[]"), "53")
	}
	// By TCP, over which answers of any length come, and nobody else answers.
	s.client = &dns.Client{Net: "tcp", Timeout: dnsTimeout, TsigSecret: map[string]string{name: secret}}
	return s, nil
}

// keyFile is a key as BIND and Knot write it.
var keyFile = regexp.MustCompile(`(?s)^\s*key\s+"?([^\s"{]+)"?\s*\{\s*algorithm\s+"?([\w-]+)"?\s*;\s*secret\s+"?([\w+/=]+)"?\s*;\s*\}\s*;?\s*$`)

func parseDNSKey(text string) (algorithm, name, secret string, err error) {
	if m := keyFile.FindStringSubmatch(text); m != nil {
		name, algorithm, secret = m[1], m[2], m[3]
	} else if parts := strings.Split(strings.TrimSpace(text), ":"); len(parts) == 3 {
		algorithm, name, secret = parts[0], parts[1], parts[2]
	} else {
		return "", "", "", errors.New(`the name server's key is neither ALGORITHM:NAME:SECRET nor key "NAME" { algorithm …; secret …; };`)
	}
	algorithm, name = dns.CanonicalName(algorithm), dns.CanonicalName(name)
	if !slices.Contains(dnsAlgorithms, algorithm) {
		known := strings.ReplaceAll(strings.Join(dnsAlgorithms, ", "), ".", "") // as names in DNS, they end with one
		return "", "", "", fmt.Errorf("the algorithm of the name server's key is not one of %s", known)
	}
	if raw, err := base64.StdEncoding.DecodeString(secret); err != nil || len(raw) == 0 {
		return "", "", "", errors.New("the secret of the name server's key is not base64")
	}
	return algorithm, name, secret, nil
}

// A nameServerError is what kept the name server from making a record.
type nameServerError struct{ error }

func (e nameServerError) Unwrap() error { return e.error }

// Present implements acmez.Solver.
func (s *dnsSolver) Present(ctx context.Context, c acme.Challenge) error {
	if err := s.update(ctx, c, (*dns.Msg).Insert); err != nil {
		return nameServerError{err}
	}
	return nil
}

// CleanUp implements acmez.Solver. It also runs when ctx is over.
func (s *dnsSolver) CleanUp(ctx context.Context, c acme.Challenge) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*dnsTimeout)
	defer cancel()
	return s.update(ctx, c, (*dns.Msg).Remove)
}

// update has the name server change the record of a challenge.
func (s *dnsSolver) update(ctx context.Context, c acme.Challenge, change func(*dns.Msg, []dns.RR)) error {
	name := dns.Fqdn(c.DNS01TXTRecordName())
	zone, err := s.zone(ctx, name)
	if err != nil {
		return err
	}
	m := new(dns.Msg).SetUpdate(zone)
	change(m, []dns.RR{&dns.TXT{
		Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: dnsTTL},
		Txt: []string{c.DNS01KeyAuthorization()},
	}})
	if _, err := s.ask(ctx, m, s.server); err != nil {
		return fmt.Errorf("the name server %s does not change %s in the zone %s: %w", s.server, name, zone, err)
	}
	return nil
}

// zone returns the zone that a name belongs to, as its name server has it.
func (s *dnsSolver) zone(ctx context.Context, name string) (string, error) {
	in, err := s.ask(ctx, new(dns.Msg).SetQuestion(name, dns.TypeSOA), s.server)
	if err != nil {
		return "", fmt.Errorf("the name server %s does not say which zone %s is in: %w", s.server, name, err)
	}
	for _, rr := range append(in.Answer, in.Ns...) {
		if soa, ok := rr.(*dns.SOA); ok && dns.IsSubDomain(soa.Hdr.Name, name) {
			return soa.Hdr.Name, nil
		}
	}
	return "", fmt.Errorf("the name server %s has no zone that %s is in", s.server, name)
}

// ask returns a server's answer. The server that knows the key must sign it, which the
// library checks only of answers that say they are signed.
func (s *dnsSolver) ask(ctx context.Context, m *dns.Msg, server string) (*dns.Msg, error) {
	if server == s.server {
		m.SetTsig(s.key, s.algorithm, 300, time.Now().Unix())
	}
	in, _, err := s.client.ExchangeContext(ctx, m, server)
	if err != nil {
		return nil, err
	}
	if in.Rcode != dns.RcodeSuccess && in.Rcode != dns.RcodeNameError {
		return nil, errors.New(cmp.Or(dns.RcodeToString[in.Rcode], "unknown answer"))
	}
	if server == s.server && in.IsTsig() == nil {
		return nil, errors.New("the answer is not signed")
	}
	return in, nil
}

// Wait implements acmez.Waiter: until all name servers of the zone have the record, or
// have had time enough. What the authority finds is what counts.
func (s *dnsSolver) Wait(ctx context.Context, c acme.Challenge) error {
	ctx, cancel := context.WithTimeout(ctx, dnsSpread)
	defer cancel()
	name := dns.Fqdn(c.DNS01TXTRecordName())
	zone, err := s.zone(ctx, name)
	if err != nil {
		return err
	}
	in, err := s.ask(ctx, new(dns.Msg).SetQuestion(zone, dns.TypeNS), s.server)
	if err != nil {
		return err
	}
	var waiting sync.WaitGroup
	for _, rr := range in.Answer {
		if ns, ok := rr.(*dns.NS); ok {
			waiting.Go(func() { s.waitFor(ctx, net.JoinHostPort(ns.Ns, "53"), name, c.DNS01KeyAuthorization()) })
		}
	}
	waiting.Wait()
	return nil
}

// waitFor waits until a name server has a record, or ctx is done.
func (s *dnsSolver) waitFor(ctx context.Context, server, name, text string) {
	for {
		in, err := s.ask(ctx, new(dns.Msg).SetQuestion(name, dns.TypeTXT), server)
		if err == nil && slices.ContainsFunc(in.Answer, func(rr dns.RR) bool {
			txt, ok := rr.(*dns.TXT)
			return ok && strings.Join(txt.Txt, "") == text
		}) || cannotAsk(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(dnsPause):
		}
	}
}

// cannotAsk reports whether a name server will not answer from here later either.
func cannotAsk(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup) && lookup.IsNotFound || errors.Is(err, syscall.ECONNREFUSED)
}
