package certificate

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// A Failure is why an order has failed, for a person.
type Failure struct {
	Time time.Time // zero for no failure
	Why  string    // what is wrong, in a sentence
	Do   string    // what to do about it
	Said string    // what the authority has found, or what kept this machine from asking
}

// longestSaid is how much of what an authority says is repeated, in bytes.
const longestSaid = 600

// check is what an authority has found by one challenge.
type check struct{ challenge, kind, detail string }

// explain puts into words why there is no certificate for a domain. The checks are those
// that an authority has made for this order: the error tells of the last one only.
func explain(domain, authority string, err error, checks []check, inDNS bool) Failure {
	f := Failure{Time: time.Now(), Said: err.Error()}
	if problem, ok := errors.AsType[acme.Problem](err); ok {
		f.Said = cmp.Or(problem.Detail, problem.Type)
		f.Why, f.Do = refused(domain, problem, checks, inDNS)
	} else {
		f.Why, f.Do = unasked(authority, err)
	}
	if nameServer := (nameServerError{}); errors.As(err, &nameServer) {
		f.Said = nameServer.Error()
	} else if len(checks) > 0 {
		var all []string
		for _, c := range checks {
			all = append(all, fmt.Sprintf("%s (%s)", strings.TrimSpace(c.detail), c.challenge))
		}
		f.Said = strings.Join(all, "; ")
	}
	if len(f.Said) > longestSaid {
		f.Said = strings.ToValidUTF8(f.Said[:longestSaid], "") + "…"
	}
	return f
}

// refused explains what an authority says.
func refused(domain string, problem acme.Problem, checks []check, inDNS bool) (why, do string) {
	kinds := map[string]bool{problem.Type: true}
	for _, c := range checks {
		kinds[c.kind] = true
	}
	for _, known := range []struct{ kind, why, do string }{
		{
			acme.ProblemTypeExternalAccountRequired, "The authority wants to know whose account this is.",
			"It gives a key ID and a key, for -acme-eab-kid and -acme-eab-key-file.",
		},
		{
			acme.ProblemTypeRateLimited, "The authority accepts no more attempts for now.",
			"Wait until the time that it names, and mend what failed before; orders are tried again without a restart. To try settings meanwhile, give -acme-ca the authority's directory for tests.",
		},
		{
			acme.ProblemTypeRejectedIdentifier, "The authority issues no certificate for " + domain + ".",
			"Correct the name in -domain, or give another authority in -acme-ca, or a certificate in -tls-cert.",
		},
		{
			acme.ProblemTypeCAA, "A CAA record in DNS allows only other authorities to issue a certificate for " + domain + ".",
			"Name this authority in that record too, or one that is allowed in -acme-ca.",
		},
		{acme.ProblemTypeInvalidContact, "The authority does not accept the address of mail.", "Correct -acme-email."},
		{acme.ProblemTypeUnsupportedContact, "The authority does not accept the address of mail.", "Correct -acme-email."},
	} {
		if kinds[known.kind] {
			return known.why, known.do
		}
	}
	switch {
	case inDNS && len(checks) > 0:
		return "The authority does not find what it looks for in DNS.", "The name server in -acme-dns must make the record _acme-challenge." + domain + ", and all name servers of the zone must have it."
	case kinds[acme.ProblemTypeDNS]:
		return "The authority finds no address of " + domain + " in DNS.", "See that -domain is spelt correctly, and that its A or AAAA record leads to this server. A new record takes a while until everybody sees it."
	case len(checks) > 0:
		return "The authority does not find this server at " + domain + ".",
			"See that DNS leads to this server only (A and AAAA), and that everybody can reach port 80 or 443 here: firewall, router, forwarded ports, no other web server. pokey doctor https://" + domain + "/ on another machine says more."
	case problem.Status >= 500:
		return "The authority has a fault of its own.", "Nothing: the order is repeated. If this stays for hours, see what the authority says of its state, or give another one in -acme-ca."
	default:
		return "The authority refuses the order.", "It says why. If its words do not help, another authority can be given in -acme-ca, or a certificate in -tls-cert."
	}
}

// unasked explains what kept this machine from asking an authority.
func unasked(authority string, err error) (why, do string) {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var foreign x509.HostnameError
	var network net.Error
	var nameServer nameServerError
	switch {
	case errors.As(err, &nameServer):
		return "The name server in -acme-dns does not make the record by which the authority checks the domain.",
			"See that it has the domain's zone, and allows updates with the key in -acme-dns-key-file."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "By this machine's clock, the certificate of the authority's own server is not valid now.", "Set the clock, best by an NTP client."
	case errors.As(err, &unknown), errors.As(err, &foreign), errors.As(err, &invalid):
		return "The server at " + authority + " does not prove that it is the authority's.",
			"If it is an authority of your own, give its root in -acme-ca-root. If not, something on the way out answers in its place, such as a proxy that inspects https."
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return "This machine cannot reach the authority at " + authority + ".", "Let it look up names in DNS and connect to port 443 there, directly or through HTTPS_PROXY; and see whether -acme-ca is correct."
	default:
		return "The order failed.", "The log says more. It is tried again."
	}
}
