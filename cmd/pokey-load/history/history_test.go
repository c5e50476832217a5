package history

import (
	"strings"
	"testing"

	"example.com/pokey/cmd/pokey-load/client"
)

// What a correct server may do, however it looks.
func TestClean(t *testing.T) {
	for _, tc := range []struct {
		name string
		play func(s *script)
	}{
		{"nothing", func(*script) {}},
		{"a round", func(s *script) { s.round() }},
		{"a second round", func(s *script) {
			s.round()
			s.do(Clear, "ada", 0, "")
			s.sees("ada", 7, 2, members{"ada": "-", "bob": "-"})
			s.do(Estimate, "bob", 2, "zqxcccccccccccc")
			s.connect("bob")
			s.owns("bob", 2, "zqxcccccccccccc")
			s.sees("bob", 8, 2, members{"ada": "-", "bob": "+"})
		}},
		{"topics", func(s *script) {
			s.round()
			s.do(SetTopic, "ada", 0, "login")
			s.begin(SetTopic, "ada", 0, "logout") // not answered
			s.End(s.begin(SetTopic, "bob", 0, "mine"), refused("not_owner"))
			s.connect("bob")
			s.sees("bob", 8, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, topic("login"))
			s.connect("bob")
			s.sees("bob", 9, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}, topic("logout"))
		}},
		{"an old status after the clear", func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.do(Reveal, "ada", 1, "")
			s.do(Clear, "ada", 1, "")
			s.sees("bob", 8, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"hidden, and the mark stays until the clear", func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "+", "bob": "+"}, lookedBy("ada"))
			s.do(Clear, "ada", 1, "")
			s.connect("bob")
			s.sees("bob", 8, 2, members{"ada": "-", "bob": "-"})
		}},
		{"unanswered, with effect", func(s *script) {
			s.round()
			s.begin(Clear, "ada", 1, "")
			s.connect("bob")
			s.sees("bob", 7, 2, members{"ada": "-", "bob": "-"})
		}},
		{"unanswered, without", func(s *script) {
			s.round()
			s.begin(Clear, "ada", 0, "")
			s.begin(Estimate, "bob", 1, "zqxcccccccccccc")
			s.connect("bob")
			s.sees("bob", 6, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
			s.owns("bob", 1, "zqxbbbbbbbbbbbb")
		}},
		{"unanswered, with effect after a read", func(s *script) {
			s.round()
			s.begin(Estimate, "bob", 1, "zqxcccccccccccc")
			s.connect("ada")
			s.sees("ada", 6, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
			s.connect("ada")
			s.sees("ada", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxcccccccccccc"})
		}},
		{"sent again, answered once", func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), again)
			s.connect("ada")
			s.sees("ada", 7, 2, members{"ada": "-", "bob": "-"})
		}},
		{"refusals", func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 9, ""), refused("stale_round"))
			s.End(s.begin(Clear, "bob", 1, ""), refused("not_owner"))
			s.End(s.begin(Reveal, "eve", 1, ""), refused("not_member"))
			s.End(s.begin(Estimate, "eve", 1, "3"), refused("not_member"))
			s.End(s.begin(Estimate, "bob", 1, "3"), refused("unavailable"))
			s.End(s.Begin(Ask{Kind: Join, Room: "r", User: "eve", Observe: true}), durable)
			s.End(s.begin(Estimate, "eve", 1, "3"), refused("not_estimator"))
			s.connect("bob")
			s.sees("bob", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb", "eve": "-"})
		}},
		{"withdrawn", func(s *script) {
			s.round()
			s.do(Withdraw, "bob", 1, "")
			s.connect("ada")
			s.sees("ada", 7, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "-"})
			s.connect("bob")
			s.owns("bob", 1, "")
		}},
		{"joined twice", func(s *script) {
			s.round()
			s.hooks.Joining(s.conns["bob"], "r")
			s.sees("bob", 6, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"})
		}},
		{"estimates in everybody's messages once revealed", func(s *script) {
			s.round()
			s.hooks.Message(s.conns["bob"], []byte(`"value":"zqxaaaaaaaaaaaa"`))
			s.do(Estimate, "ada", 1, "zqxdddddddddddd") // in the revealed room
			s.hooks.Message(s.conns["bob"], []byte(`"value":"zqxdddddddddddd"`))
		}},
		{"one's own estimate in one's own messages", func(s *script) {
			s.join("bob")
			s.do(Estimate, "bob", 1, "zqxdddddddddddd")
			s.hooks.Message(s.conns["bob"], []byte(`"value":"zqxdddddddddddd"`))
		}},
		{"not acknowledged as durable, and lost", func(s *script) {
			s.join("bob")
			s.End(s.begin(Clear, "ada", 1, ""), client.Reply{OK: true})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript()
			tc.play(s)
			if kinds := s.kinds(t); len(kinds) > 0 {
				t.Errorf("faults: %v", s.faults)
			}
		})
	}
}

func TestFaultsCountOnce(t *testing.T) {
	s := newScript()
	s.join("ada")
	s.do(Estimate, "ada", 1, "3")
	for range 3 {
		s.connect("ada")
		s.sees("ada", 3, 1, members{"ada": "-"})
		s.kinds(t)
	}
	if v := s.Check(0); v.Count(Lost) != 1 || v.Reads != 3 || v.Durable != 2 || v.Requests != 2 {
		t.Errorf("got %+v", v)
	}
}

func TestDump(t *testing.T) {
	s := newScript()
	s.round()
	s.begin(Clear, "bob", 0, "")
	var b strings.Builder
	if err := s.Dump(&b, "r"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"owner ada", "zqxaaaaaaaaaaaa", "reveal round 1", "no answer", "version 2 round 1"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	if s.Dump(&b, "other") == nil {
		t.Error("there is no other room")
	}
}
