package main

import (
	"flag"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"example.com/pokey/certificate"
)

// httpsConfig is every setting of TLS on the public port.
type httpsConfig struct {
	domains    []string // in lower case
	httpListen string   // where plain http is sent to https; empty for nowhere
	cert, key  string
	acmeCA     string
	acmeRoot   string
	acmeEmail  string
	eabKeyID   string
	eabKeyFile string
	eabKey     string // from the environment
	dns        string
	dnsKeyFile string
	dnsKey     string // from the environment
}

// Where keys may be in the environment: whoever is on a machine can read its command
// lines.
const (
	eabKeyVariable = "POKEY_ACME_EAB_KEY"
	dnsKeyVariable = "POKEY_ACME_DNS_KEY"
)

// The defaults of -listen and -http-listen with -domain.
const (
	httpsPort = ":443"
	httpPort  = ":80"
)

// maxDomains is how many domains there may be. For each of them a certificate is
// ordered, and authorities limit how many they issue.
const maxDomains = 20

func (h *httpsConfig) flags(fs *flag.FlagSet) {
	fs.Func("domain", "`NAME[,NAME]` to serve over https; certificates are ordered and renewed, unless -tls-cert is given", h.setDomains)
	fs.StringVar(&h.httpListen, "http-listen", "", "send plain http on `HOST:PORT` to https, and answer the certificate authority there (default :80 with -domain)")
	fs.StringVar(&h.cert, "tls-cert", "", "`FILE` with a certificate and its intermediates, to serve https with; read again when it is replaced")
	fs.StringVar(&h.key, "tls-key", "", "`FILE` with the key of that certificate")
	fs.StringVar(&h.acmeCA, "acme-ca", "", "`URL` of the authority's ACME directory (default Let's Encrypt)")
	fs.StringVar(&h.acmeRoot, "acme-ca-root", "", "`FILE` with the certificates by which that authority's server is known (default those of the system)")
	fs.StringVar(&h.acmeEmail, "acme-email", "", "`ADDRESS` that the authority may write to")
	fs.StringVar(&h.dns, "acme-dns", "", "`HOST[:PORT]` of the name server that proves to the authority whose domain it is, for servers that it cannot reach")
	fs.StringVar(&h.dnsKeyFile, "acme-dns-key-file", "", "`FILE` with the key by which that name server allows dynamic updates (default "+dnsKeyVariable+" in the environment)")
	fs.StringVar(&h.eabKeyID, "acme-eab-kid", "", "`ID` of the key by which an authority knows whose account this is")
	fs.StringVar(&h.eabKeyFile, "acme-eab-key-file", "", "`FILE` with that key (default "+eabKeyVariable+" in the environment)")
}

// domainNames has the rules of names that a certificate can be for.
var domainNames = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// setDomains reads the names, which a certificate can be ordered for.
func (h *httpsConfig) setDomains(list string) error {
	h.domains = nil
	for text := range strings.SplitSeq(list, ",") {
		name := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), "."))
		_, notIP := netip.ParseAddr(name)
		ascii, err := domainNames.ToASCII(name)
		switch {
		case strings.HasPrefix(name, "*."):
			return fmt.Errorf("%q: a wildcard needs a certificate of your own in -tls-cert; name the hosts here", name)
		case strings.ContainsAny(name, "/:"):
			return fmt.Errorf("%q: want a name such as poker.example.com, without https:// and without a port", text)
		case notIP == nil:
			return fmt.Errorf("%q is an address, not a name", text)
		case err == nil && ascii != name:
			return fmt.Errorf("%q: write it as %s", text, ascii)
		case err != nil:
			return fmt.Errorf("%q is not a domain name", text)
		case !slices.Contains(h.domains, name):
			h.domains = append(h.domains, name)
		}
	}
	if len(h.domains) > maxDomains {
		return fmt.Errorf("%d domains: want %d at most", len(h.domains), maxDomains)
	}
	return nil
}

// on reports whether the public port speaks TLS.
func (h *httpsConfig) on() bool { return len(h.domains) > 0 || h.cert != "" }

// orders reports whether certificates are ordered of an authority.
func (h *httpsConfig) orders() bool { return len(h.domains) > 0 && h.cert == "" }

// acme counts the settings that are for an authority.
func (h *httpsConfig) acme() int {
	return given(h.acmeCA, h.acmeRoot, h.acmeEmail, h.eabKeyID, h.eabKeyFile, h.eabKey, h.dns, h.dnsKeyFile, h.dnsKey)
}

// checkHTTPS finds settings of TLS that contradict each other, and sets the ports
// and origins that follow from the domains.
func (c *config) checkHTTPS(fault func(format string, args ...any)) {
	h := &c.https
	if n := given(h.cert, h.key); n == 1 {
		fault("-tls-cert and -tls-key go together")
	}
	if !h.on() {
		if h.httpListen != "" || h.acme() > 0 {
			fault("-http-listen and -acme-… are for https, which needs -domain or -tls-cert")
		}
		return
	}
	if len(h.domains) > 0 {
		c.defaultPorts()
	}
	if _, _, err := splitListen(h.httpListen); h.httpListen != "" && err != nil {
		fault("-http-listen %q: %v", h.httpListen, err)
	} else if h.httpListen != "" && h.httpListen == c.listen {
		fault("-http-listen and -listen are both %s: http and https need a port each", c.listen)
	}
	for _, origin := range c.publicOrigins {
		if !strings.HasPrefix(origin, "https://") {
			fault("-public-origin %s: with -domain or -tls-cert this server speaks https; give an https URL", origin)
		}
	}
	if len(c.publicOrigins) == 0 {
		c.publicOrigins = h.origins(c.listen)
	}
	if h.orders() {
		c.checkOrders(fault)
	} else if h.acme() > 0 {
		fault("-acme-… is for certificates that are ordered; -tls-cert gives one")
	}
}

// defaultPorts sets the ports that browsers use, unless others are given.
func (c *config) defaultPorts() {
	if !c.given["listen"] {
		c.listen = httpsPort
	}
	if !c.given["http-listen"] {
		c.https.httpListen = httpPort
	}
}

// origins returns the origins of the domains. Behind another port than 443, browsers
// come to that one, or something in between maps 443 to it.
func (h *httpsConfig) origins(listen string) (origins []string) {
	for _, name := range h.domains {
		origins = append(origins, "https://"+name)
	}
	if _, port, err := net.SplitHostPort(listen); err == nil && port != "443" {
		for _, name := range h.domains {
			origins = append(origins, "https://"+net.JoinHostPort(name, port))
		}
	}
	return origins
}

// checkOrders finds what keeps an authority from issuing certificates.
func (c *config) checkOrders(fault func(format string, args ...any)) {
	h := &c.https
	if c.data == inMemory && !c.shared() {
		fault("-domain with -data none: certificates would be ordered again after each restart, and authorities limit how many they issue; give a directory, or a certificate in -tls-cert")
	}
	if u, err := url.Parse(h.acmeCA); h.acmeCA != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		fault("-acme-ca %q: want the https URL of an ACME directory", h.acmeCA)
	}
	if _, err := mail.ParseAddress(h.acmeEmail); h.acmeEmail != "" && err != nil {
		fault("-acme-email %q is not an e-mail address", h.acmeEmail)
	}
	switch {
	case h.eabKeyID == "" && given(h.eabKeyFile, h.eabKey) > 0:
		fault("-acme-eab-key-file and %s need -acme-eab-kid, the ID that the authority has given with the key", eabKeyVariable)
	case h.eabKeyID != "" && given(h.eabKeyFile, h.eabKey) != 1:
		fault("-acme-eab-kid needs its key, either in -acme-eab-key-file or in %s", eabKeyVariable)
	}
	switch {
	case h.dns == "" && given(h.dnsKeyFile, h.dnsKey) > 0:
		fault("-acme-dns-key-file and %s need -acme-dns, the name server that knows the key", dnsKeyVariable)
	case h.dns != "" && given(h.dnsKeyFile, h.dnsKey) != 1:
		fault("-acme-dns needs the name server's key, either in -acme-dns-key-file or in %s", dnsKeyVariable)
	}
	for _, name := range h.domains {
		if h.acmeCA == "" && !certificate.Public(name) {
			fault("-domain %s: Let's Encrypt issues certificates for public names only; give another authority in -acme-ca, or a certificate in -tls-cert", name)
		}
	}
}
