package identity

import "testing"

func TestCodes(t *testing.T) {
	const codes = 1000
	seen := map[string]bool{}
	places := [CodeChars]map[byte]bool{}
	for range codes {
		code := NewCode()
		if read, ok := ReadCode(code); !ok || read != code {
			t.Fatalf("got %s, which reads as %s, %t", code, read, ok)
		}
		seen[code] = true
		for i := range places {
			if places[i] == nil {
				places[i] = map[byte]bool{}
			}
			places[i][code[i]] = true
		}
	}
	if len(seen) < codes-2 { // of a billion, two of a thousand are the same in one run of two thousand
		t.Errorf("got %d different codes of %d", len(seen), codes)
	}
	for i, found := range places {
		if len(found) != 32 {
			t.Errorf("place %d: got %d different characters in a thousand codes, want 32", i, len(found))
		}
	}
}

func TestCodesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"k7m2qx": "k7m2qx", "K7M 2QX": "k7m2qx", " k7m-2qx ": "k7m2qx", "K7M\u00a02QX": "k7m2qx", "k7m–2qx": "k7m2qx",
		"OIL 01L": "011011", "": "", "k7m2q": "", "k7m2qxx": "", "k7m2qu": "", "k7m2q!": "", "k7m2qé": "",
		"k7m2qx0000000000000000000": "", "İ7m2qx": "17m2qx",
	} {
		got, ok := ReadCode(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %t, want %q", text, got, ok, want)
		}
	}
}
