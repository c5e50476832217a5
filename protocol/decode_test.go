package protocol

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
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
