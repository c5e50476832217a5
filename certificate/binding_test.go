package certificate

import (
	"log/slog"
	"strings"
	"testing"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// customerKey is a key as authorities give them, without padding.
const customerKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

// An authority that serves its customers only issues a certificate to one, and the key
// is neither stored nor logged.
func TestACMEForCustomers(t *testing.T) {
	t.Parallel()
	https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
	authority := pebbletest.StartForCustomers(t, port(t, plain), port(t, https), map[string]string{"customer-1": customerKey})
	domain := newDomain()
	s := serve(t, ACME{
		Domains: []string{domain}, Authority: authority.Directory, Roots: authority.Roots, Store: store.NewMemory(),
		Binding: Binding{KeyID: "customer-1", Key: customerKey + "==\n"},
	}, https, plain)
	s.certified(t)
	if _, err := s.handshake(authority, domain); err != nil {
		t.Error(err)
	}
	if strings.Contains(s.log.String(), customerKey[:8]) {
		t.Errorf("the key is in the log:\n%s", s.log)
	}
}

// Whoever is no customer is told what is missing, or that the key is wrong.
func TestACMEForCustomersOnly(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		binding Binding
		says    string
	}{
		"without": {Binding{}, "-acme-eab-kid"},
		"wrong":   {Binding{KeyID: "customer-1", Key: strings.Repeat("A", 64)}, "cannot get a certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			https, plain := etcdtest.FreeAddress(t), etcdtest.FreeAddress(t)
			authority := pebbletest.StartForCustomers(t, port(t, plain), port(t, https), map[string]string{"customer-1": customerKey})
			s := serve(t, ACME{
				Domains: []string{newDomain()}, Authority: authority.Directory, Roots: authority.Roots, Store: store.NewMemory(), Binding: row.binding,
			}, https, plain)
			s.failed(t)
			if !strings.Contains(s.log.String(), row.says) {
				t.Errorf("got the log\n%s\nwant %q in it", s.log, row.says)
			}
		})
	}
}

// A key that is none is refused before anybody is asked, and not repeated.
func TestBindingKeys(t *testing.T) {
	for key, fine := range map[string]bool{
		customerKey: true, "+/" + strings.Repeat("A", 42): true, strings.Repeat("A", 43) + "=": true,
		"": false, "secret words": false, "QUJD": false,
	} {
		_, err := OpenACME(ACME{
			Domains: []string{"poker.example.com"}, Store: store.NewMemory(), Seal: testSeal(t, 1), Log: slog.New(slog.DiscardHandler),
			Binding: Binding{KeyID: "customer-1", Key: key},
		})
		if (err == nil) != fine {
			t.Errorf("%q: got %v, want it accepted: %v", key, err, fine)
		}
		if err != nil && key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("%q is repeated in %q", key, err)
		}
	}
}
