package certificate

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mholt/acmez/v3/acme"
	"github.com/miekg/dns"

	"example.com/pokey/certificate/pebbletest"
	"example.com/pokey/store"
	"example.com/pokey/store/etcdtest"
)

// dnsSecret is that of the key "pokey", and another one.
const dnsSecret, wrongSecret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISE=", "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="

// nameServer runs BIND with a zone in which the key "pokey" may change the record of a
// challenge, and returns its address.
func nameServer(t *testing.T) string {
	t.Helper()
	installed, err := exec.LookPath("named")
	if err != nil {
		if os.Getenv("POKEY_PEBBLE") == "require" {
			t.Fatal("named is required here and not to be had")
		}
		t.Skip("named is not to be had here")
	}
	dir, address := t.TempDir(), etcdtest.FreeAddress(t)
	program := writeZone(t, installed, dir, address)
	cmd := exec.CommandContext(t.Context(), program, "-g", "-c", filepath.Join(dir, "named.conf"), "-n", "1")
	var log lockedBuffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("named:\n%s", log.String())
		}
	})
	if ask(t, address, "example.com.", dns.TypeSOA); t.Failed() {
		t.FailNow()
	}
	return address
}

// writeZone writes a zone and its settings, as docs/operating.md has them, and a copy of
// the program: AppArmor has the installed one read nothing but its own folders.
func writeZone(t *testing.T, installed, dir, address string) (program string) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	named, err := os.ReadFile(installed)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"named": string(named),
		"named.conf": fmt.Sprintf(`options { directory %q; listen-on port %s { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; dnssec-validation no; };
controls { };
key "pokey" { algorithm hmac-sha256; secret %q; };
zone "example.com" { type primary; file "zone"; update-policy { grant pokey name _acme-challenge.poker.example.com TXT; }; };
`, dir, port, dnsSecret),
		"zone": "$TTL 60\n@ SOA ns admin 1 60 60 60 60\n@ NS localhost.\n",
	} {
		// A process that another test starts meanwhile would inherit the open file, and
		// a program that is open for writing cannot be run.
		syscall.ForkLock.RLock()
		err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o700)
		syscall.ForkLock.RUnlock()
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "named")
}

// ask returns a name server's answer, once there is one.
func ask(t *testing.T, server, name string, kind uint16) *dns.Msg {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		in, err := dns.Exchange(new(dns.Msg).SetQuestion(name, kind), server)
		if err == nil {
			return in
		}
		if time.Now().After(deadline) {
			t.Errorf("named does not answer: %v", err)
			return new(dns.Msg)
		}
	}
}

// texts returns the records of a challenge that a name server has.
func texts(t *testing.T, server string) (all []string) {
	t.Helper()
	for _, rr := range ask(t, server, "_acme-challenge.poker.example.com.", dns.TypeTXT).Answer {
		all = append(all, rr.String())
	}
	return all
}

// A server that no authority can reach gets its certificate by a record in DNS, which a
// real name server makes and forgets again.
func TestACMEInDNS(t *testing.T) {
	t.Parallel()
	server := nameServer(t)
	authority := pebbletest.StartWithDNS(t, server)
	c := ACME{
		Domains: []string{"poker.example.com"}, Authority: authority.Directory, Roots: authority.Roots, Store: store.NewMemory(),
		DNS: DNS{Server: server, Key: `key "pokey" { algorithm hmac-sha256; secret "` + dnsSecret + `"; };`},
	}
	s := serve(t, c, etcdtest.FreeAddress(t), "")
	s.certified(t)
	if _, err := s.handshake(authority, "poker.example.com"); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(patience); len(texts(t, server)) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got %v in DNS, want nothing left", texts(t, server))
		}
	}
	if log := s.log.String(); strings.Contains(log, dnsSecret[:8]) {
		t.Errorf("the key is in the log:\n%s", log)
	}
}

// What is wrong with the name server or its key is said in words.
func TestACMEInDNSFailureIsTold(t *testing.T) {
	t.Parallel()
	server := nameServer(t)
	for name, row := range map[string]struct {
		domain, key string
		says        []string
	}{
		"key":  {"poker.example.com", "hmac-sha256:pokey:" + wrongSecret, []string{"-acme-dns", "does not say which zone"}},
		"zone": {"poker.example.org", "hmac-sha256:pokey:" + dnsSecret, []string{"-acme-dns", "example.org"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authority := pebbletest.StartWithDNS(t, server)
			s := serve(t, ACME{
				Domains: []string{row.domain}, Authority: authority.Directory, Roots: authority.Roots, Store: store.NewMemory(), DNS: DNS{Server: server, Key: row.key},
			}, etcdtest.FreeAddress(t), "")
			s.failed(t)
			for _, want := range row.says {
				if !strings.Contains(s.log.String(), want) {
					t.Errorf("got the log\n%s\nwant %q in it", s.log, want)
				}
			}
		})
	}
}

// Keys are read in both forms, and what is none is not repeated.
func TestDNSKeys(t *testing.T) {
	for text, want := range map[string]string{
		"hmac-sha512:Pokey:" + dnsSecret + "\n":                                                         "hmac-sha512. pokey.",
		"key \"pokey.example.com.\" {\n\talgorithm hmac-sha256;\n\tsecret \"" + dnsSecret + "\";\n};\n": "hmac-sha256. pokey.example.com.",
		"": "", "hmac-md5:pokey:" + dnsSecret: "", "hmac-sha256:pokey:no base64!": "", dnsSecret: "",
	} {
		got, err := DNS{Server: "ns.example.com", Key: text}.solver()
		if want == "" {
			if err == nil || text != "" && strings.Contains(err.Error(), dnsSecret) {
				t.Errorf("%q: got %v, want an error that does not repeat it", text, err)
			}
			continue
		}
		if err != nil || got.algorithm+" "+got.key != want || got.server != "ns.example.com:53" {
			t.Errorf("%q: got %+v, %v, want %s at port 53", text, got, err, want)
		}
	}
	if _, err := OpenACME(ACME{Domains: []string{"a.example"}, Store: store.NewMemory(), Seal: testSeal(t, 1), Log: slog.New(slog.DiscardHandler), DNS: DNS{Server: "ns"}}); err == nil {
		t.Error("a name server without a key: got no error")
	}
}

// Whoever waits for a record goes on once it is there, and not before.
func TestDNSWaits(t *testing.T) {
	t.Parallel()
	server := nameServer(t)
	s, err := DNS{Server: server, Key: "hmac-sha256:pokey:" + dnsSecret}.solver()
	if err != nil {
		t.Fatal(err)
	}
	c := acme.Challenge{Identifier: acme.Identifier{Type: "dns", Value: "poker.example.com"}, KeyAuthorization: "abc"}
	seen := make(chan int, 1)
	go func() {
		s.waitFor(t.Context(), server, "_acme-challenge.poker.example.com.", c.DNS01KeyAuthorization())
		seen <- len(texts(t, server))
	}()
	if err := s.Present(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != 1 {
		t.Errorf("got %d records when the waiting was over, want 1", got)
	}
	if err := s.Wait(t.Context(), c); err != nil {
		t.Error(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.CleanUp(over, c); err != nil || len(texts(t, server)) != 0 {
		t.Errorf("got %v and %v, want nothing left, also when the order was given up", err, texts(t, server))
	}
}

// An answer that is not signed may come from somebody else on the way.
func TestDNSAnswersMustBeSigned(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		answer := new(dns.Msg).SetReply(asked)
		answer.Answer = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: "example.org.", Rrtype: dns.TypeSOA, Class: dns.ClassINET}, Ns: "ns.example.org.", Mbox: "root.example.org."}}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	s, err := DNS{Server: listener.Addr().String(), Key: "hmac-sha256:pokey:" + dnsSecret}.solver()
	if err != nil {
		t.Fatal(err)
	}
	if zone, err := s.zone(t.Context(), "_acme-challenge.poker.example.org."); err == nil || !strings.Contains(err.Error(), "not signed") {
		t.Errorf("got zone %q and %v, want an error that says the answer is not signed", zone, err)
	}
}

func TestDNSServers(t *testing.T) {
	for given, want := range map[string]string{
		"ns.example.org": "ns.example.org:53", "192.0.2.1:5353": "192.0.2.1:5353",
		"2001:db8::1": "[2001:db8::1]:53", "[2001:db8::1]": "[2001:db8::1]:53", "[2001:db8::1]:5353": "[2001:db8::1]:5353",
	} {
		s, err := DNS{Server: given, Key: "hmac-sha256:pokey:" + dnsSecret}.solver()
		if err != nil || s.server != want {
			t.Errorf("%s: got %v and %v, want %s", given, s, err, want)
		}
	}
}
