package protocol

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/pokey/poker"
)

// TestDecode reads each request in testdata/requests and compares what it is in
// Go with the .txt file beside it.
func TestDecode(t *testing.T) {
	files, err := filepath.Glob("testdata/requests/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in, refusal := Decode(data)
		if refusal != nil {
			t.Errorf("%s: got refusal %+v, want a request", file, *refusal)
			continue
		}
		if string(in.Raw) != string(data) {
			t.Errorf("%s: got raw message %q, want it as it was", file, in.Raw)
		}
		value, err := json.MarshalIndent(struct {
			ID, Name string
			Request  Request
			Digest   uint64
		}{in.ID, in.Name, in.Request, in.Digest}, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%T %s\n", in.Request, value)
		golden(t, strings.TrimSuffix(file, ".json")+".txt", []byte(text))
	}
}

// brokenJSON is what no two readers need agree on.
var brokenJSON = map[string]string{
	"empty":                    ``,
	"white space":              ` `,
	"cut off":                  `{"request":"ping"`,
	"cut off in a string":      `{"request":"ping`,
	"cut off in an escape":     `{"request":"\`,
	"cut off in a unit":        `{"request":"\u00`,
	"array":                    `["ping"]`,
	"string":                   `"ping"`,
	"null":                     `null`,
	"two objects":              `{"request":"ping"}{"request":"ping"}`,
	"trailing word":            `{"request":"ping"} x`,
	"trailing zero byte":       "{\"request\":\"ping\"}\x00",
	"zero byte":                "{\x00\"request\":\"ping\"}",
	"byte order mark":          "\ufeff" + `{"request":"ping"}`,
	"no-break space":           "\u00a0" + `{"request":"ping"}`,
	"form feed":                "\f" + `{"request":"ping"}`,
	"comment":                  `{"request":"ping"/**/}`,
	"single quotes":            `{'request':'ping'}`,
	"bare name":                `{request:"ping"}`,
	"trailing comma":           `{"request":"ping",}`,
	"leading comma":            `{,"request":"ping"}`,
	"comma in array":           `{"request":"ping","x":[1,]}`,
	"no comma":                 `{"request":"ping" "x":1}`,
	"no colon":                 `{"request" "ping"}`,
	"no value":                 `{"request":}`,
	"duplicate":                `{"request":"ping","request":"ping"}`,
	"duplicate, unknown":       `{"request":"ping","x":1,"y":2,"x":1}`,
	"duplicate, escaped":       `{"request":"ping","\u0072equest":"ping"}`,
	"duplicate, deep":          `{"request":"ping","x":[{"y":{"a":1,"b":2,"a":3}}]}`,
	"duplicate, deep, escaped": `{"request":"ping","x":{"a\/b":1,"a/b":2}}`,
	"duplicate, pair":          `{"request":"ping","x":{"\ud83d\ude00":1,"😀":2}}`,
	"too deep, arrays":         `{"request":"ping","x":` + nested(16) + `}`,
	"too deep, objects":        `{"request":"ping","x":` + strings.Repeat(`{"a":`, 16) + `1` + strings.Repeat(`}`, 16) + `}`,
	"lone high surrogate":      `{"request":"ping","x":"\ud800"}`,
	"lone low surrogate":       `{"request":"ping","x":"\udc00"}`,
	"surrogates swapped":       `{"request":"ping","x":"\ude00\ud83d"}`,
	"half a pair":              `{"request":"ping","x":"\ud83dx"}`,
	"pair broken by escape":    `{"request":"ping","x":"\ud83d\n"}`,
	"lone surrogate in name":   `{"request":"ping","\ud800":1}`,
	"unknown escape":           `{"request":"ping","x":"\a"}`,
	"hexadecimal escape":       `{"request":"ping","x":"\x41"}`,
	"unit not hexadecimal":     `{"request":"ping","x":"\u00g0"}`,
	"unit with sign":           `{"request":"ping","x":"\u+123"}`,
	"line feed in string":      "{\"request\":\"ping\",\"x\":\"\n\"}",
	"not UTF-8":                "{\"request\":\"ping\",\"x\":\"\xff\"}",
	"overlong UTF-8":           "{\"request\":\"ping\",\"x\":\"\xc0\xaf\"}",
	"surrogate in UTF-8":       "{\"request\":\"ping\",\"x\":\"\xed\xa0\x80\"}",
	"leading zero":             `{"request":"ping","x":01}`,
	"plus sign":                `{"request":"ping","x":+1}`,
	"minus sign alone":         `{"request":"ping","x":-}`,
	"no digit before point":    `{"request":"ping","x":.5}`,
	"no digit after point":     `{"request":"ping","x":1.}`,
	"no digit in exponent":     `{"request":"ping","x":1e+}`,
	"hexadecimal number":       `{"request":"ping","x":0x1}`,
	"not a number":             `{"request":"ping","x":NaN}`,
	"infinity":                 `{"request":"ping","x":-Infinity}`,
	"word in capitals":         `{"request":"ping","x":True}`,
	"word too long":            `{"request":"ping","x":nulls}`,
	"word too short":           `{"request":"ping","x":tru}`,
	"too long":                 `{"request":"ping","x":"` + strings.Repeat("x", MaxMessage) + `"}`,
}

// nested is an array in an array and so on, n of them.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

func TestDecodeBrokenJSON(t *testing.T) {
	for name, message := range brokenJSON {
		in, refusal := Decode([]byte(message))
		if refusal == nil || !reflect.DeepEqual(in, Incoming{}) {
			t.Errorf("%s: got %+v, want a refusal", name, in)
			continue
		}
		if *refusal != *NewError(BadJSON) {
			t.Errorf("%s: got %+v, want bad_json", name, *refusal)
		}
	}
}

func TestDecodeAccepts(t *testing.T) {
	fill := strings.Repeat("x", MaxMessage-len(`{"request":"ping","x":""}`))
	for name, message := range map[string]string{
		"white space":         " \t\r\n{ \"request\" :\n\"ping\" , \"x\" : [ ] , \"y\" : { } } \n",
		"unknown fields":      `{"request":"ping","x":[1,-0,0.5,1e400,-2E-3,true,false,null,"\"\\\/\b\f\n\r\t\u00e9"],"y":{"":{}}}`,
		"escaped name":        `{"\u0072equest":"\u0070ing"}`,
		"same name elsewhere": `{"request":"ping","x":{"a":1,"b":{"a":1}},"y":{"a":1}}`,
		"names by case":       `{"request":"ping","Request":"reveal","ID":7,"REQUEST":null}`,
		"depth 16":            `{"request":"ping","x":` + nested(15) + `}`,
		"all there is":        `{"request":"ping","x":"` + fill + `"}`,
		"zero character":      `{"request":"ping","x":"\u0000"}`,
	} {
		in, refusal := Decode([]byte(message))
		if refusal != nil {
			t.Errorf("%s: got refusal %+v, want a ping", name, *refusal)
			continue
		}
		if in.Request != (Ping{}) || in.Name != "ping" || in.ID != "" {
			t.Errorf("%s: got %#v, want a ping without an id", name, in)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	long := strings.Repeat("é", 64)
	for message, want := range map[string]Error{
		`{}`:                                      {Code: BadRequest},
		`{"id":"1"}`:                              {Code: BadRequest, ID: "1"},
		`{"Request":"ping"}`:                      {Code: BadRequest},
		`{"request":null}`:                        {Code: BadRequest},
		`{"request":["ping"]}`:                    {Code: BadRequest},
		`{"request":"Ping"}`:                      {Code: UnknownRequest, Request: "Ping"},
		`{"request":""}`:                          {Code: UnknownRequest},
		`{"request":"vote","id":"1"}`:             {Code: UnknownRequest, Request: "vote", ID: "1"},
		`{"request":"vote","roomId":"r"}`:         {Code: UnknownRequest, Request: "vote", RoomID: "r"},
		`{"request":"ping","id":""}`:              {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":1}`:               {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":null}`:            {Code: BadRequest, Request: "ping"},
		`{"request":"ping","id":"` + long + `x"}`: {Code: BadRequest, Request: "ping"},
		`{"request":"vote","id":"","roomId":"r"}`: {Code: BadRequest, Request: "vote", RoomID: "r"},

		`{"request":"setName","id":"1"}`:                      {Code: BadRequest, Request: "setName", ID: "1"},
		`{"request":"setName","name":5}`:                      {Code: BadRequest, Request: "setName"},
		`{"request":"setName","Name":"Ada"}`:                  {Code: BadRequest, Request: "setName"},
		`{"request":"createRoom","topic":null}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":null}`:                {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":"poker"}`:             {Code: InvalidDeck, Request: "createRoom"},
		`{"request":"createRoom","deck":""}`:                  {Code: InvalidDeck, Request: "createRoom"},
		`{"request":"createRoom","deck":["1"]}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":{}}`:                  {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","options":null}`:             {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","options":[]}`:               {Code: BadRequest, Request: "createRoom"},
		`{"request":"createRoom","deck":"poker","options":0}`: {Code: InvalidDeck, Request: "createRoom"},

		`{"request":"joinRoom"}`:                           {Code: BadRequest, Request: "joinRoom"},
		`{"request":"joinRoom","roomId":7}`:                {Code: BadRequest, Request: "joinRoom"},
		`{"request":"joinRoom","roomId":"r","role":null}`:  {Code: BadRequest, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","roomId":"r","role":true}`:  {Code: BadRequest, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","roomId":"r","role":""}`:    {Code: InvalidRole, Request: "joinRoom", RoomID: "r"},
		`{"request":"joinRoom","role":"boss"}`:             {Code: BadRequest, Request: "joinRoom"},
		`{"request":"setRole","roomId":"r","role":"boss"}`: {Code: InvalidRole, Request: "setRole", RoomID: "r"},
		`{"request":"setRole","roomId":"r"}`:               {Code: BadRequest, Request: "setRole", RoomID: "r"},

		`{"request":"estimate","roomId":"r"}`:                            {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":5}`:                  {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","comment":null}`: {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","round":null}`:   {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","roomId":"r","value":"5","round":"1"}`:    {Code: BadRequest, Request: "estimate", RoomID: "r"},
		`{"request":"estimate","id":"4","value":"5"}`:                    {Code: BadRequest, Request: "estimate", ID: "4"},

		`{"request":"reveal","roomId":"r","round":0}`:                    {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":-1}`:                   {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":1.0}`:                  {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":1e0}`:                  {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":true}`:                 {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":9007199254740992}`:     {Code: BadRequest, Request: "reveal", RoomID: "r"},
		`{"request":"reveal","roomId":"r","round":18446744073709551617}`: {Code: BadRequest, Request: "reveal", RoomID: "r"},

		`{"request":"settle","roomId":"r"}`:                                      {Code: BadRequest, Request: "settle", RoomID: "r"},
		`{"request":"settle","roomId":"r","value":""}`:                           {Code: InvalidEstimate, Request: "settle", RoomID: "r"},
		`{"request":"settle","roomId":"r","value":false}`:                        {Code: BadRequest, Request: "settle", RoomID: "r"},
		`{"request":"setTopic","roomId":"r","topic":null}`:                       {Code: BadRequest, Request: "setTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":"a"}`:                      {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":["a",null]}`:               {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopic","roomId":"r","topic":"a","key":1}`:                {Code: BadRequest, Request: "setTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":[{"key":"A-1"}]}`:          {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":[{"title":"a","url":[]}]}`: {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"amendRound","roomId":"r","value":"5"}`:                      {Code: BadRequest, Request: "amendRound", RoomID: "r"},
		`{"request":"amendRound","roomId":"r","finished":1}`:                     {Code: BadRequest, Request: "amendRound", RoomID: "r"},
		`{"request":"addTopics","roomId":"r"}`:                                   {Code: BadRequest, Request: "addTopics", RoomID: "r"},
		`{"request":"nextTopic","roomId":"r","index":-1}`:                        {Code: BadRequest, Request: "nextTopic", RoomID: "r"},
		`{"request":"nextTopic","roomId":"r","index":1.5}`:                       {Code: BadRequest, Request: "nextTopic", RoomID: "r"},
		`{"request":"setTopics","roomId":"r","topics":{"0":"a"}}`:                {Code: BadRequest, Request: "setTopics", RoomID: "r"},
		`{"request":"setDeck","roomId":"r"}`:                                     {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"cards":["1"]}}`:              {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":"a","cards":[1]}}`:     {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":"a","cards":null}}`:    {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setDeck","roomId":"r","deck":{"name":null,"cards":["1"]}}`:  {Code: BadRequest, Request: "setDeck", RoomID: "r"},
		`{"request":"setOptions","roomId":"r"}`:                                  {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"autoReveal":null}}`:    {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"standIn":"true"}}`:     {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setOptions","roomId":"r","options":{"lateEstimates":true}}`: {Code: BadRequest, Request: "setOptions", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","userId":"u"}`:                      {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","userId":"u","deputy":1}`:           {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"setDeputy","roomId":"r","deputy":true}`:                     {Code: BadRequest, Request: "setDeputy", RoomID: "r"},
		`{"request":"transferRoom","roomId":"r","userId":null}`:                  {Code: BadRequest, Request: "transferRoom", RoomID: "r"},
		`{"request":"removeMember","roomId":"r"}`:                                {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"startTimer","roomId":"r"}`:                                  {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"startTimer","roomId":"r","seconds":"60"}`:                   {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"startTimer","roomId":"r","seconds":60.5}`:                   {Code: BadRequest, Request: "startTimer", RoomID: "r"},
		`{"request":"history"}`:                                                  {Code: BadRequest, Request: "history"},
		`{"request":"history","roomId":"r","before":0}`:                          {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","before":null}`:                       {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","limit":0}`:                           {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"history","roomId":"r","limit":"20"}`:                        {Code: BadRequest, Request: "history", RoomID: "r"},
		`{"request":"removeMember","roomId":"r","userId":"u","forGood":1}`:       {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"removeMember","roomId":"r","userId":"u","forGood":null}`:    {Code: BadRequest, Request: "removeMember", RoomID: "r"},
		`{"request":"lockRoom","roomId":"r"}`:                                    {Code: BadRequest, Request: "lockRoom", RoomID: "r"},
		`{"request":"lockRoom","roomId":"r","locked":"yes"}`:                     {Code: BadRequest, Request: "lockRoom", RoomID: "r"},
		`{"request":"removeAway"}`:                                               {Code: BadRequest, Request: "removeAway"},
		`{"request":"closeRoom"}`:                                                {Code: BadRequest, Request: "closeRoom"},
		`{"request":"acceptRoom"}`:                                               {Code: BadRequest, Request: "acceptRoom"},
	} {
		in, refusal := Decode([]byte(message))
		if refusal == nil || !reflect.DeepEqual(in, Incoming{}) {
			t.Errorf("%s: got %+v, want %s", message, in, want.Code)
			continue
		}
		want.Message, want.Retryable = refusals[want.Code].message, refusals[want.Code].retryable
		if *refusal != want {
			t.Errorf("%s:\n got %+v\nwant %+v", message, *refusal, want)
		}
	}
}

// TestDecodeLeavesValuesToTheRules says what is not Decode's to refuse: the order
// of refusals in a room would otherwise depend on who sees a fault first.
func TestDecodeLeavesValuesToTheRules(t *testing.T) {
	for _, message := range []string{
		`{"request":"setName","name":""}`,
		`{"request":"joinRoom","roomId":""}`,
		`{"request":"estimate","roomId":"r","value":"` + strings.Repeat("9", 500) + `"}`,
		`{"request":"setDeck","roomId":"r","deck":{"name":"","cards":["1","1"]}}`,
		`{"request":"setOptions","roomId":"r","options":{"lateEstimates":"maybe"}}`,
		`{"request":"startTimer","roomId":"r","seconds":-0}`,
		`{"request":"startTimer","roomId":"r","seconds":9007199254740991}`,
		`{"request":"ping","id":"` + strings.Repeat("é", 64) + `"}`,
	} {
		if _, refusal := Decode([]byte(message)); refusal != nil {
			t.Errorf("%s: got refusal %+v, want a request", message, *refusal)
		}
	}
}

func TestDecodeKeepsNothing(t *testing.T) {
	data := []byte(`{"request":"setTopics","id":"one","roomId":"room","topics":["first","sec\u006fnd"]}`)
	in, refusal := Decode(data)
	if refusal != nil {
		t.Fatal(*refusal)
	}
	for i := range data {
		data[i] = 'X'
	}
	want := SetTopics{In{"room"}, []poker.Story{titled("first"), titled("second")}}
	if in.ID != "one" || in.Name != "setTopics" || !reflect.DeepEqual(in.Request, Request(want)) {
		t.Errorf("got %s %s %#v, want one setTopics %#v, with memory of its own", in.ID, in.Name, in.Request, want)
	}
}

// TestDigest pins the digest: it has to be the same in every process.
func TestDigest(t *testing.T) {
	in, _ := Decode([]byte(`{"request":"ping"}`))
	other, _ := Decode([]byte(`{"request":"ping" }`))
	if in.Digest != 0xa12ba99f26149b60 || other.Digest == in.Digest {
		t.Errorf("got %#x and %#x, want %#x and another", in.Digest, other.Digest, uint64(0xa12ba99f26149b60))
	}
}

func TestNothingPrintsAnEstimate(t *testing.T) {
	value := "canary"
	in, refusal := Decode([]byte(`{"request":"estimate","roomId":"r","value":"canary","comment":"canary"}`))
	if refusal != nil {
		t.Fatal(*refusal)
	}
	own := OwnEstimate{RoomID: "r", Round: 1, Value: &value, Comment: value}
	var log strings.Builder
	asJSON := slog.New(slog.NewJSONHandler(&log, nil))
	asText := slog.New(slog.NewTextHandler(&log, nil))
	for _, v := range []any{in, in.Request, own} {
		for _, format := range []string{"%v", "%+v", "%s"} {
			fmt.Fprintf(&log, format, v)
		}
		asJSON.Info("printed", "v", v)
		asText.Info("printed", "v", v)
	}
	if strings.Contains(log.String(), value) {
		t.Errorf("got %s, want no estimate in it", log.String())
	}
}

// TestRoomRequests says which requests name a room.
func TestRoomRequests(t *testing.T) {
	without := map[string]bool{"setName": true, "createRoom": true, "forgetMe": true, "ping": true}
	for _, name := range declared(t).requests {
		data, err := os.ReadFile("testdata/requests/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		in, refusal := Decode(data)
		if refusal != nil {
			t.Fatalf("%s: got refusal %+v, want a request", name, *refusal)
		}
		r, ok := in.Request.(RoomRequest)
		if in.Name != name || ok == without[name] || ok && r.Room() != poker.RoomID(roomID) {
			t.Errorf("%s: got %s with a room %v, want one with a room %v", name, in.Name, ok, !without[name])
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, message := range map[string]string{
		"estimate": `{"request":"estimate","id":"4","roomId":"` + roomID + `","round":3,"value":"5","comment":"legacy parser"}`,
		"escapes":  `{"request":"estimate","id":"4","roomId":"` + roomID + `","round":3,"value":"5","comment":"\"legacy\" parser"}`,
		"keys":     manyKeys(),
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(message)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, refusal := Decode(data); refusal != nil {
					b.Fatal(*refusal)
				}
			}
		})
	}
}

// manyKeys is the message with the most names to tell apart.
func manyKeys() string {
	message := []byte(`{"request":"ping"`)
	for i := 0; len(message) < MaxMessage-20; i++ {
		message = fmt.Appendf(message, `,"\u0061%x":0`, i)
	}
	return string(append(message, '}'))
}
