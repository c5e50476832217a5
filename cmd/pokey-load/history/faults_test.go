package history

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/pokey/cmd/pokey-load/client"
)

// What a correct server does not do is found, and called by its name.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name string
		want []FaultKind
		play func(s *script)
	}{
		{"a lost estimate", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.join("ada")
			s.do(Estimate, "ada", 1, "3")
			s.connect("ada")
			s.sees("ada", 3, 1, members{"ada": "-"})
		}},
		{"a lost change of an estimate", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Estimate, "bob", 1, "zqxcccccccccccc")
			s.connect("bob")
			s.owns("bob", 1, "zqxbbbbbbbbbbbb")
		}},
		{"a lost withdrawal", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Withdraw, "bob", 1, "")
			s.connect("bob")
			s.owns("bob", 1, "zqxbbbbbbbbbbbb")
		}},
		{"a lost reveal", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("ada")
			s.sees("ada", 7, 1, members{"ada": "+", "bob": "+"})
		}},
		{"a hide that takes back who looked", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "+", "bob": "+"})
		}},
		{"somebody who never looked", []FaultKind{Unasked, NotLinearizable}, func(s *script) {
			s.join("ada")
			s.connect("ada")
			s.sees("ada", 3, 1, members{"ada": "-"}, lookedBy("ada"))
		}},
		{"somebody else who looked", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, lookedBy("bob"))
		}},
		{"revealed by nobody", []FaultKind{Divergent, Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, lookedBy(""))
		}},
		{"a lost clear", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Clear, "ada", 0, "")
			s.connect("ada")
			s.sees("ada", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"a lost topic", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.do(SetTopic, "ada", 0, "login")
			s.do(SetTopic, "ada", 0, "logout")
			s.connect("bob")
			s.sees("bob", 8, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, topic("login"))
		}},
		{"a topic of nobody's", []FaultKind{Invented, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, topic("login"))
		}},
		{"a topic that somebody else may set", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.do(SetTopic, "bob", 0, "login")
		}},
		{"a lost member", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 7, 1, members{"bob": "zqxbbbbbbbbbbbb"})
		}},
		{"a lost room", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 1, 1, members{"bob": "-"}, func(r *client.Room) { r.Epoch = "f" })
		}},
		{"a version that went back", []FaultKind{Lost, Divergent}, func(s *script) {
			s.round()
			s.connect("bob")
			s.sees("bob", 4, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"a clear that counts twice", []FaultKind{Doubled, NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), again)
			s.connect("ada")
			s.sees("ada", 8, 3, members{"ada": "-", "bob": "-"})
		}},
		{"an estimate that came again in the next round", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(Estimate, "bob", 0, "zqxcccccccccccc"), again)
			s.connect("ada")
			s.sees("ada", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxcccccccccccc"})
			s.do(Clear, "ada", 1, "")
			s.connect("bob")
			s.owns("bob", 2, "zqxcccccccccccc")
		}},
		{"the same with a round", []FaultKind{Doubled, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Clear, "ada", 1, "")
			s.connect("bob")
			s.owns("bob", 2, "zqxbbbbbbbbbbbb")
		}},
		{"an estimate of nobody's", []FaultKind{Invented, NotLinearizable}, func(s *script) {
			s.round()
			s.connect("bob")
			s.owns("bob", 1, "5")
		}},
		{"refused though it had its effect", []FaultKind{Misreported}, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 1, ""), client.Reply{Code: "stale_round", Sent: 2})
			s.connect("bob")
			s.sees("bob", 7, 2, members{"ada": "-", "bob": "-"})
		}},
		{"revealed without a reveal", []FaultKind{Unasked, NotLinearizable}, func(s *script) {
			s.join("ada")
			s.join("bob")
			s.do(Estimate, "ada", 1, "3")
			s.sees("bob", 4, 1, members{"ada": "3", "bob": "-"})
		}},
		{"revealed at somebody else's wish", []FaultKind{Unasked, NotLinearizable}, func(s *script) {
			s.join("ada")
			s.join("bob")
			s.do(Estimate, "ada", 1, "3")
			s.do(Reveal, "bob", 1, "")
			s.sees("bob", 4, 1, members{"ada": "3", "bob": "-"})
		}},
		{"revealed again after a hide", []FaultKind{Unasked, NotLinearizable}, func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.connect("ada")
			s.sees("ada", 8, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"the round after still revealed", []FaultKind{Unasked}, func(s *script) {
			s.round()
			s.do(Clear, "ada", 0, "")
			s.sees("bob", 7, 2, members{"ada": "-", "bob": "-"}, revealed)
		}},
		{"not the owner, and it worked", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.do(Clear, "bob", 0, "")
		}},
		{"a hidden estimate in a status", []FaultKind{Leaked}, func(s *script) {
			s.join("ada")
			s.sees("ada", 2, 1, members{"ada": "-"})
			s.sees("ada", 3, 1, members{"ada": "-", "bob": "3"}, func(r *client.Room) { r.Revealed, r.HasSummary = false, false })
		}},
		{"a summary while hidden", []FaultKind{Leaked}, func(s *script) {
			s.join("ada")
			s.sees("ada", 2, 1, members{"ada": "-"}, func(r *client.Room) { r.HasSummary = true })
		}},
		{"a hidden estimate in other bytes", []FaultKind{Leaked}, func(s *script) {
			s.join("ada")
			s.join("bob")
			s.do(Estimate, "ada", 1, "zqxaaaaaaaaaaaa")
			s.hooks.Message(s.conns["bob"], []byte(`{"event":"error","message":"not zqxaaaaaaaaaaaa"}`))
		}},
		{"an estimate that was replaced before the reveal", []FaultKind{Leaked}, func(s *script) {
			s.join("ada")
			s.join("bob")
			s.do(Estimate, "ada", 1, "zqxaaaaaaaaaaaa")
			s.do(Estimate, "ada", 1, "zqxcccccccccccc")
			s.do(Reveal, "ada", 1, "")
			s.hooks.Message(s.conns["bob"], []byte(`zqxaaaaaaaaaaaa`))
		}},
		{"an estimate submitted after the hide", []FaultKind{Leaked}, func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.do(Estimate, "ada", 1, "zqxcccccccccccc")
			s.hooks.Message(s.conns["bob"], []byte(`zqxcccccccccccc`))
		}},
		{"an estimate in the log, even revealed", []FaultKind{Leaked}, func(s *script) {
			s.round()
			if err := s.ScanLog(strings.NewReader("all is well\nlevel=INFO value=zqxaaaaaaaaaaaa")); err != nil {
				panic(err)
			}
		}},
		{"a version again", []FaultKind{OutOfOrder}, func(s *script) {
			s.round()
			s.sees("bob", 6, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"versions in the wrong order", []FaultKind{OutOfOrder}, func(s *script) {
			s.round()
			s.sees("bob", 5, 1, members{"ada": "+", "bob": "+"})
		}},
		{"a status of a room not joined", []FaultKind{OutOfOrder}, func(s *script) {
			s.hooks.Opened(7, "eve")
			s.conns["eve"] = 7
			s.sees("eve", 1, 1, members{})
		}},
		{"one version, two contents", []FaultKind{Divergent}, func(s *script) {
			s.join("ada")
			s.join("bob")
			s.sees("ada", 3, 1, members{"ada": "-", "bob": "-"})
			s.sees("bob", 3, 1, members{"ada": "-", "bob": "-", "eve": "-"})
		}},
		{"a wrong count", []FaultKind{Divergent}, func(s *script) {
			s.join("ada")
			s.sees("ada", 3, 1, members{"ada": "-"}, func(r *client.Room) { r.Estimates = 1 })
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript()
			tc.play(s)
			kinds := s.kinds(t)
			for _, want := range tc.want {
				if !kinds[want] {
					t.Errorf("%s was not found, only %v", want, slices.Collect(maps.Keys(kinds)))
				}
			}
			if strings.Contains(tc.name, "lost room") {
				return // has any number of other signs
			}
			for kind := range kinds {
				if !slices.Contains(tc.want, kind) {
					t.Errorf("found %s: %v", kind, s.faults)
				}
			}
		})
	}
}

// A link between servers shows no estimate, revealed or not.
func TestWire(t *testing.T) {
	s := newScript()
	s.round() // ends revealed
	s.ScanWire("n1 to n2", []byte("zqxdddddddddddd zqxaaaaa"))
	if kinds := s.kinds(t); len(kinds) > 0 {
		t.Errorf("found %v", kinds)
	}
	packet := []byte("\x00zqxaaaaaaaaaaaa\x00")
	s.ScanWire("n1 to n2", packet)
	if kinds := s.kinds(t); !kinds[Leaked] || len(kinds) != 1 {
		t.Errorf("found %v", kinds)
	}
	if !Readable(packet) || Readable([]byte("zqx")) {
		t.Error("what can be read is not told from what cannot")
	}
}
