package record_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"example.com/pokey/actors/record"
	"example.com/pokey/poker"
)

var write = flag.Bool("write", false, "write the golden files that are not there yet; those that are, never change")

// golden is a room on a disk.
type golden struct {
	Record []byte
	Parts  map[string][]byte
}

// rooms are what the golden files of that name hold. An entry, and its file, stays
// as long as there is anybody who may have such a room: a later version adds one.
var rooms = map[string]*poker.State{
	"room-1": {
		ID: "room", Epoch: "abcdefghij", Owner: "olga", CreatedAt: 1_790_000_000_000, Version: 4711, Round: 3, Revealed: true,
		Topic: titled("Login"), Topics: []poker.Story{titled("Search"), titled("Größe")}, Deck: poker.Deck{Name: "ours", Cards: []string{"1", "2", "☕"}},
		Options: poker.Options{AutoReveal: true, LateEstimates: poker.LateLocked, StandIn: true}, Agreed: "2",
		Members: map[poker.UserID]poker.Member{
			"olga": {Name: "Olga", Role: poker.Observer, Online: true, Since: 1_790_000_000_001},
			"bob": {
				Name: "Bob", Role: poker.Estimator, Deputy: true, Since: 1_790_000_000_002, Estimated: true,
				AwaySince: 1_790_000_000_009, Vote: &poker.Vote{Value: "2", Comment: "as the last one"},
			},
			"eve": {Role: poker.Estimator, Online: true, Since: 1_790_000_000_003},
		},
		History: []poker.Finished{
			{Round: 1, Topic: titled("Cart"), Deck: poker.Deck{Name: "ours", Cards: []string{"?"}}, At: 1_790_000_000_004, Hidden: 2},
			{
				Round: 2, Deck: poker.Deck{Name: "ours", Cards: []string{"1", "2"}}, At: 1_790_000_000_005, Agreed: "1", RevealedBy: "olga",
				Votes: []poker.FinishedVote{{User: "bob", Name: "Bob", Vote: poker.Vote{Value: "1", Comment: "why"}}, {User: "eve", Vote: poker.Vote{Value: "2"}}},
			},
		},
		RevealAt: 1_790_000_000_006, TimerEnds: 1_790_000_000_007, AwaySince: 1_790_000_000_008, StandIn: "eve",
		Undo:       &poker.UndoState{What: "reveal", Until: 1_790_000_000_010},
		RevealedBy: poker.Auto, Locked: true, Banned: []poker.UserID{"mallory", "trudy"}, OfferedTo: "bob", HandedOver: true, Closed: true,
	},
	"stories-1": {
		ID: "room", Epoch: "abcdefghij", CreatedAt: 1, Version: 9, Round: 3, Amended: 2, Successor: poker.Successor{Room: "next", By: "ada"}, Deck: poker.Deck{Name: "free"},
		Options: poker.Options{LateEstimates: poker.LateAllowed},
		Topic:   poker.Story{Title: "Login", Key: "SHOP-1", URL: "https://tracker.example/browse/SHOP-1", Estimate: "5"},
		Topics:  []poker.Story{titled("Search"), {Title: "Cart", Key: "SHOP-3"}, {Title: "Pay", Estimate: "3,5 SP"}},
		Members: map[poker.UserID]poker.Member{},
		History: []poker.Finished{{Round: 1, Topic: poker.Story{Title: "Pay", Key: "PAY-1", URL: "http://tracker.example/1"}, Deck: poker.Deck{Name: "free"}, At: 4, Hidden: 1}},
		Undo: &poker.UndoState{
			What: "clear", Until: 3, Topic: poker.Story{Title: "Help", Key: "HELP-1"}, Topics: []poker.Story{{Title: "Other", Key: "O-1"}},
			Successor: poker.Successor{Room: "before", By: "bob"}, Votes: map[poker.UserID]poker.Vote{},
		},
	},
	"ahead-1": {
		ID: "room", Epoch: "abcdefghij", CreatedAt: 1, Version: 9, Round: 2, Deck: poker.Deck{Name: "free"}, LastTopic: 300,
		Options: poker.Options{LateEstimates: poker.LateAllowed},
		Topic:   poker.Story{ID: 7, Title: "Login", Key: "SHOP-1"},
		Topics:  []poker.Story{{ID: 300, Title: "Search"}, {ID: 2, Title: "Cart", Key: "SHOP-3"}},
		Members: map[poker.UserID]poker.Member{
			"bob": {
				Name: "Bob", Role: poker.Estimator, Since: 2, Estimated: true, Vote: &poker.Vote{Value: "3", Comment: "ahead"},
				Ahead: map[poker.TopicID]poker.Vote{2: {Value: "8"}, 300: {Value: "☕", Comment: "too large"}},
			},
			"eve": {Role: poker.Observer, Since: 3, Ahead: map[poker.TopicID]poker.Vote{300: {Value: "1"}}},
		},
		Undo: &poker.UndoState{
			What: "clear", Until: 3, Topics: []poker.Story{{ID: 7, Title: "Login", Key: "SHOP-1"}, {ID: 300, Title: "Search"}, {ID: 2, Title: "Cart", Key: "SHOP-3"}},
			Taken: 7, Votes: map[poker.UserID]poker.Vote{"bob": {Value: "5", Comment: "before"}},
		},
	},
	"code-1": {
		ID: "room", Epoch: "abcdefghij", CreatedAt: 1, Version: 2, Round: 1, Code: "k7m2qx", Deck: poker.Deck{Name: "free"},
		Options: poker.Options{LateEstimates: poker.LateAllowed}, Members: map[poker.UserID]poker.Member{},
	},
	"marks-1": {
		ID: "room", Epoch: "abcdefghij", CreatedAt: 1, Version: 2, Round: 1, Deck: poker.Deck{Name: "free"},
		Options: poker.Options{LateEstimates: poker.LateAllowed},
		Members: map[poker.UserID]poker.Member{
			"ada": {Name: "Ada", Mark: poker.Mark{Colour: "teal", Emoji: "🦊"}, Role: poker.Estimator, Since: 2},
			"bob": {Name: "Bob", Mark: poker.Mark{Colour: "red"}, Role: poker.Observer, Since: 3},
		},
	},
	"cleared-1": {
		ID: "room", Epoch: "abcdefghij", CreatedAt: 1, Version: 9, Round: 2, Topic: titled("Search"), Deck: poker.Deck{Name: "free"},
		Options: poker.Options{LateEstimates: poker.LateAllowed},
		Members: map[poker.UserID]poker.Member{"bob": {Name: "Bob", Role: poker.Estimator, Online: true, Since: 2}},
		Undo: &poker.UndoState{
			What: "clear", Until: 3, Revealed: true, RevealedBy: "bob", Topic: titled("Login"), Topics: []poker.Story{titled("Search")}, Agreed: "5",
			Votes: map[poker.UserID]poker.Vote{"bob": {Value: "5", Comment: "why"}},
		},
	},
}

func titled(title string) poker.Story { return poker.Story{Title: title} }

var requests = map[poker.UserID]record.Requests{
	"bob":  {Digests: []byte("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8abcdefgh"), At: 1_790_000_000_011},
	"gone": {Digests: []byte("12345678"), At: 7},
}

// What was once written loads for ever, as what it was.
func TestGoldenRooms(t *testing.T) {
	for name, want := range rooms {
		g := golden{Parts: map[string][]byte{}}
		readGolden(t, name, &g, func() {
			data, parts := stored(want, requests)
			g.Record = data
			for _, p := range parts {
				g.Parts[p.Name] = p.Data
			}
		})
		var parts []record.Part
		for part, data := range g.Parts {
			parts = append(parts, record.Part{Name: part, Data: data})
		}
		got, err := record.Decode(want.ID, g.Record, parts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(got.State, *want) || len(got.Odd) > 0 {
			t.Errorf("%s: got\n%s\nwant\n%s\nodd: %q", name, dump(&got.State), dump(want), got.Odd)
		}
		if !reflect.DeepEqual(got.Requests, requests) {
			t.Errorf("%s: requests: got %v, want %v", name, got.Requests, requests)
		}
		if _, err := poker.Restore(got.State); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGoldenUsers(t *testing.T) {
	for name, want := range map[string]*record.User{
		"user-1": {
			Name: "Olga", Owned: []string{"a", "b"}, Rooms: []string{"c"}, Left: []string{"d"},
			Created: []*record.Creation{{Digest: 1<<63 + 5, Room: "a"}}, NotBefore: 1_790_000_000, Forgotten: true, Closed: []string{"e"},
		},
		"user-2": {Name: "Ada", Colour: "teal", Emoji: "🦊"},
	} {
		var g golden
		readGolden(t, name, &g, func() { g.Record = record.EncodeUser(want) })
		got, err := record.DecodeUser(g.Record)
		if err != nil || !proto.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
	}
}

func readGolden(t *testing.T, name string, g *golden, make func()) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && *write {
		make()
		if data, err = json.MarshalIndent(g, "", "\t"); err == nil {
			err = os.WriteFile(path, append(data, '\n'), 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, g); err != nil {
		t.Fatal(err)
	}
}

// Fields of the stored form are added, and never renamed, renumbered, given another
// type or taken away: testdata/fields has those that ever were.
func TestFieldsStay(t *testing.T) {
	var now []string
	messages := record.File_actors_record_record_proto.Messages()
	for i := range messages.Len() {
		m := messages.Get(i)
		for j := range m.Fields().Len() {
			f := m.Fields().Get(j)
			kind := f.Kind().String()
			if f.Kind() == protoreflect.MessageKind {
				kind = string(f.Message().Name())
			}
			now = append(now, fmt.Sprintf("%s.%s = %d %s %s", m.Name(), f.Name(), f.Number(), f.Cardinality(), kind))
		}
		for j := range m.Enums().Len() {
			e := m.Enums().Get(j)
			for k := range e.Values().Len() {
				now = append(now, fmt.Sprintf("%s.%s.%s = %d", m.Name(), e.Name(), e.Values().Get(k).Name(), e.Values().Get(k).Number()))
			}
		}
	}
	slices.Sort(now)
	path := filepath.Join("testdata", "fields")
	if *write {
		if err := os.WriteFile(path, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ever := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, f := range ever {
		if !slices.Contains(now, f) {
			t.Errorf("%q is gone or another one", f)
		}
	}
	for _, f := range now {
		if !slices.Contains(ever, f) {
			t.Errorf("%q is new: add it with go test -write, and a golden file that has it", f)
		}
	}
}

func dump(v any) string {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(data)
}
