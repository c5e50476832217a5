package poker_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/pokey/poker"
)

var update = flag.Bool("update", false, "write what the stories in testdata come to")

// start is when every story begins.
const start poker.Millis = 1_700_000_000_000

// TestStories plays the scripts in testdata. A line is a command, as in
//
//	bob estimate 5 "legacy parser"
//
// and what came of it follows, indented: the events, "refused: " and why, or
// "nothing". Other lines: "room" starts another room, "at" sets the clock,
// "show", "list", "own", "own-ahead", "history" and "deadline" print, "restore" restarts the server.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("got files %v, %v, want stories", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				err = os.WriteFile(file, []byte(got), 0o644)
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			compare(t, got, string(want))
		})
	}
}

// compare points at the first line that differs.
func compare(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			rest := strings.Join(g[min(i, len(g)):], "\n")
			t.Fatalf("line %d: got %q, want %q\nFrom there on the rules tell it like this, which make golden writes into the file:\n%s",
				i+1, lineOf(g, i), lineOf(w, i), rest)
		}
	}
}

// lineOf returns line i, or nothing beyond the end.
func lineOf(lines []string, i int) string {
	if i >= len(lines) {
		return ""
	}
	return lines[i]
}

const indent = "    "

// play returns the script with what it comes to.
func play(t *testing.T, script string) string {
	p := &player{t: t, now: start}
	p.command("room", nil)
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(script, "\n"), "\n") {
		if strings.HasPrefix(line, indent) {
			continue
		}
		fmt.Fprintln(&b, line)
		words, err := split(line)
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		p.line = i + 1
		for _, l := range p.command(words[0], words[1:]) {
			fmt.Fprintln(&b, indent+l)
		}
	}
	return b.String()
}

// player is one room and its clock.
type player struct {
	t      *testing.T
	line   int
	now    poker.Millis
	room   *poker.Room
	limits poker.Limits
}

// command does what one line says and returns what came of it.
func (p *player) command(word string, args []string) []string {
	switch word {
	case "room":
		owner := poker.UserID("olga")
		for _, a := range args {
			key, value, _ := strings.Cut(a, "=")
			switch key {
			case "owner":
				owner = poker.UserID(value)
			case "members":
				p.limits.Members = p.number(value)
			}
		}
		p.room = poker.NewRoom("kitchen", "e1", owner, p.now, poker.DefaultDeck())
		return nil
	case "at":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			p.t.Fatalf("line %d: %v", p.line, err)
		}
		p.now = start + poker.Millis(d.Milliseconds())
		return nil
	case "restore":
		room, err := poker.Restore(whole(p.room))
		if err != nil {
			p.t.Fatalf("line %d: %v", p.line, err)
		}
		p.room = room
		return nil
	case "show":
		return show(p.room.Snapshot())
	case "own":
		return []string{vote(p.room.Own(poker.UserID(args[0])))}
	case "own-ahead":
		return ahead(p.room.OwnAhead(poker.UserID(args[0])))
	case "list":
		return list(p.room.Snapshot())
	case "history":
		return history(p.room.History())
	case "deadline":
		return []string{clock(p.room.Deadline())}
	case "tick":
		return p.apply(poker.Tick{})
	case "recognise":
		return p.apply(poker.Recognise{Owner: poker.UserID(args[0])})
	case "forget":
		return p.apply(poker.Forget{User: poker.UserID(args[0])})
	}
	return p.apply(p.ask(poker.UserID(word), args))
}

// apply checks what Apply promises of every command.
func (p *player) apply(c poker.Command) []string {
	before := whole(p.room)
	events, err := p.room.Apply(p.now, c, p.limits)
	after := whole(p.room)
	if len(events) == 0 {
		if !reflect.DeepEqual(before, after) {
			p.t.Errorf("line %d: the room changed without an event", p.line)
		}
		if err != nil {
			return []string{"refused: " + err.Error()}
		}
		return []string{"nothing"}
	}
	if after.Version != before.Version+1 {
		p.t.Errorf("line %d: got version %d, want one after %d", p.line, after.Version, before.Version)
	}
	lines := make([]string, 0, len(events))
	for _, e := range events {
		lines = append(lines, strings.ReplaceAll(fmt.Sprintf("%T%+v", e, e), "poker.", ""))
	}
	return lines
}

// ask makes a command of what a user says.
func (p *player) ask(by poker.UserID, args []string) poker.Command {
	var s saying
	s.by = by
	if len(args) > 0 {
		s.verb, s.args = args[0], args[1:]
	}
	if n := len(s.args); n > 0 && strings.HasPrefix(s.args[n-1], "round=") {
		s.round = p.number(strings.TrimPrefix(s.args[n-1], "round="))
		s.args = s.args[:n-1]
	}
	command, ok := verbs[s.verb]
	if !ok {
		p.t.Fatalf("line %d: %s cannot %q: no such verb", p.line, by, s.verb)
	}
	return command(s)
}

func (p *player) number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		p.t.Fatalf("line %d: %v", p.line, err)
	}
	return n
}
