package history

import (
	"maps"
	"slices"
	"testing"

	"example.com/pokey/cmd/pokey-load/client"
)

// applied acknowledges what was not saved.
var applied = client.Reply{OK: true, Sent: 1}

func unsaved(r *client.Room) { r.Unsaved = true; r.Digest += 1 << 40 }

// crash kills the server between two steps.
func (s *script) crash() {
	newest := 0
	for _, conn := range s.conns {
		newest = max(newest, conn)
	}
	s.Crash()(newest)
	for user := range s.conns {
		s.conns[user] += 1000
	}
}

// A crash may undo what the server said it could not save, and nothing else.
func TestUnsaved(t *testing.T) {
	revealedRound := members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxbbbbbbbbbbbb"}
	cleared := members{"ada": "-", "bob": "-"}
	for _, tc := range []struct {
		name string
		want []FaultKind
		play func(s *script)
	}{
		{"an unsaved clear is undone", nil, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.sees("bob", 7, 2, cleared, unsaved)
			s.crash()
			s.connect("bob")
			s.sees("bob", 6, 1, revealedRound)
		}},
		{"an unsaved clear is there", nil, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.sees("bob", 7, 2, cleared, unsaved)
			s.crash()
			s.connect("bob")
			s.sees("bob", 7, 2, cleared)
		}},
		{"the first of two unsaved ones is there", nil, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.End(s.begin(Estimate, "bob", 2, "zqxcccccccccccc"), applied)
			s.crash()
			s.connect("ada")
			s.sees("ada", 7, 2, cleared)
		}},
		{"another version of the same number", nil, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.sees("bob", 7, 2, cleared, unsaved)
			s.crash()
			s.connect("bob")
			s.sees("bob", 6, 1, revealedRound)
			s.do(Hide, "ada", 1, "")
			s.sees("bob", 7, 1, members{"ada": "+", "bob": "+"}, lookedBy("ada"))
		}},
		{"what somebody saw who came meanwhile is undone", nil, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.connect("bob")
			s.owns("bob", 2, "")
			s.sees("bob", 7, 2, cleared, unsaved)
			s.crash()
			s.connect("bob")
			s.owns("bob", 1, "zqxbbbbbbbbbbbb")
			s.sees("bob", 6, 1, revealedRound)
		}},
		{"the second is there without the first", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(Hide, "ada", 1, ""), applied)
			s.End(s.begin(SetTopic, "ada", 0, "login"), applied)
			s.crash()
			s.connect("bob")
			s.sees("bob", 8, 1, revealedRound, topic("login"))
		}},
		{"undone without a crash", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.connect("bob")
			s.sees("bob", 8, 1, revealedRound)
		}},
		{"undone although a later one is durable", []FaultKind{NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(Hide, "ada", 1, ""), applied)
			s.do(SetTopic, "ada", 0, "login")
			s.crash()
			s.connect("bob")
			s.sees("bob", 8, 1, revealedRound, topic("login"))
		}},
		{"a durable one is undone after an unsaved one", []FaultKind{Lost, NotLinearizable}, func(s *script) {
			s.round()
			s.End(s.begin(SetTopic, "ada", 0, "login"), applied)
			s.do(Clear, "ada", 0, "")
			s.crash()
			s.connect("bob")
			s.sees("bob", 8, 1, revealedRound)
		}},
		{"a status that was not marked is undone", []FaultKind{Lost}, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.sees("bob", 7, 2, cleared)
			s.crash()
			s.connect("bob")
			s.sees("bob", 6, 1, revealedRound)
		}},
		{"one unsaved version with two contents in one life", []FaultKind{Divergent}, func(s *script) {
			s.round()
			s.End(s.begin(SetTopic, "ada", 0, "login"), applied)
			s.sees("bob", 7, 1, revealedRound, topic("login"), unsaved)
			s.sees("ada", 7, 1, members{"ada": "zqxaaaaaaaaaaaa"}, topic("login"), unsaved)
		}},
		{"revealed again by a crash", nil, func(s *script) {
			s.round()
			s.do(Hide, "ada", 1, "")
			s.do(Estimate, "bob", 1, "zqxcccccccccccc")
			s.do(Reveal, "ada", 1, "")
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.crash()
			s.connect("ada")
			s.sees("ada", 9, 1, members{"ada": "zqxaaaaaaaaaaaa", "bob": "zqxcccccccccccc"})
			s.hooks.Message(s.conns["ada"], []byte(`{"value":"zqxcccccccccccc"}`))
		}},
		{"seen by somebody else before it is revealed", []FaultKind{Leaked}, func(s *script) {
			s.round()
			s.End(s.begin(Clear, "ada", 0, ""), applied)
			s.End(s.begin(Estimate, "bob", 2, "zqxcccccccccccc"), applied)
			s.crash()
			s.connect("ada")
			s.hooks.Message(s.conns["ada"], []byte(`{"value":"zqxcccccccccccc"}`))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript()
			tc.play(s)
			got := slices.Sorted(maps.Keys(s.kinds(t)))
			if want := slices.Sorted(slices.Values(tc.want)); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v: %v", got, want, s.faults)
			}
		})
	}
}
