package main

import (
	"log/slog"
	"net"
	"strconv"
	"time"

	"example.com/pokey/certificate"
	"example.com/pokey/identity"
	"example.com/pokey/operator"
	"example.com/pokey/store"
)

// openCertificates returns where the certificates of the public port come from; nil
// without TLS.
func openCertificates(c config, records store.Store, keys *identity.Keys, log *slog.Logger) (certificate.Source, error) {
	h := &c.https
	var source certificate.Source
	var err error
	switch {
	case !h.on():
		return nil, nil
	case h.cert != "":
		source, err = certificate.OpenFiles(h.cert, h.key, log)
	default:
		source, err = openACME(c, records, keys, log)
	}
	if err != nil {
		return nil, exit{exitConfig, err}
	}
	return source, nil
}

// openACME returns certificates that are ordered of an authority.
func openACME(c config, records store.Store, keys *identity.Keys, log *slog.Logger) (certificate.Source, error) {
	h := &c.https
	binding, inDNS := certificate.Binding{KeyID: h.eabKeyID, Key: h.eabKey}, certificate.DNS{Server: h.dns, Key: h.dnsKey}
	for file, key := range map[string]*string{h.eabKeyFile: &binding.Key, h.dnsKeyFile: &inDNS.Key} {
		if file == "" {
			continue
		}
		var err error
		if *key, err = certificate.ReadKey(file); err != nil {
			return nil, err
		}
	}
	host, _, _ := net.SplitHostPort(c.listen) // checked when the settings were read
	return certificate.OpenACME(certificate.ACME{
		Domains: h.domains, Authority: h.acmeCA, Roots: h.acmeRoot, Email: h.acmeEmail, Binding: binding, DNS: inDNS,
		Host: host, HTTPPort: portNumber(h.httpListen), TLSPort: portNumber(c.listen),
		Store: records, Seal: keys.Records(), Log: log,
	})
}

// portNumber returns the port of an address, 0 if there is none.
func portNumber(address string) int {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port) // a name such as "https" is nothing that an authority could be told
	return n
}

// examineCertificates has readiness say what is wrong with the certificates. The
// node stays ready: an authority can only be answered by a node that gets traffic.
func (n *node) examineCertificates(r *readiness) {
	s, now := n.certificates.State(), time.Now()
	switch {
	case !s.Valid(now):
		r.Certificate = "missing"
	case s.Rejected != "":
		r.Certificate = "rejected"
	case s.Late(now):
		r.Certificate = "expiring"
	default:
		r.Certificate = "ok"
	}
	for _, d := range s.Domains {
		if r.Expires == nil || d.Expires.Before(*r.Expires) {
			r.Expires = &d.Expires
		}
	}
	if r.Expires != nil && r.Expires.IsZero() {
		r.Expires = nil
	}
}

// certificateStatus returns what the operator's page says of the certificates.
func (n *node) certificateStatus() (rejected string, all []operator.Certificate) {
	s := n.certificates.State()
	for _, d := range s.Domains {
		all = append(all, operator.Certificate{
			Domain: d.Name, Expires: d.Expires, Late: d.Late, Ordered: n.settings.https.orders(), Why: d.Failure.Why, Do: d.Failure.Do, Said: d.Failure.Said,
		})
	}
	return s.Rejected, all
}
