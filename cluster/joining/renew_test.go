package joining

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"
)

// A node replaces its certificate when two thirds of its life are over, and leaves one
// of another authority alone.
func TestRenew(t *testing.T) {
	h := start(t)
	own, err := h.Authority(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	another, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		authority *Authority
		age       time.Duration
		want      bool
	}{
		"fresh":   {own, 0, false},
		"old":     {own, certificateLife * 7 / 10, true},
		"foreign": {another, certificateLife * 7 / 10, false},
	} {
		text, _, err := c.authority.IssueOwn("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		cert.NotAfter = cert.NotAfter.Add(-c.age) // as if it had been issued then; the signature is checked over what was signed
		renewed := false
		err = h.renew(t.Context(), cert, func(cert, key []byte) error {
			_, err := tls.X509KeyPair(cert, key)
			renewed = err == nil
			return err
		})
		if err != nil || renewed != c.want {
			t.Errorf("%s: got renewed %v, %v, want %v", name, renewed, err, c.want)
		}
	}
}
