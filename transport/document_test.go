package transport

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// spoken is a small site whose documents differ by language and view.
func spoken() fstest.MapFS {
	files := maps.Clone(page)
	for name, text := range map[string]string{
		"index.html":            `<html lang="{{lang}}" dir="{{dir}}" data-language="{{language}}"><script src="{{base}}v/{{v}}/js/app.js"></script>{{ahead}}{{boot}}{{style}}<div id="page">{{shell}}</div>`,
		"shell/start.html":      "<main>\n  <h1>{{landing.title}}</h1>\n</main>\n",
		"shell/room.html":       "<a href=\"{{base}}\">{{wait}}</a>\n",
		"js/boot.js":            "// first\ndocument.title = 'x';\n",
		"js/i18n.js":            "export const LANGUAGES = {\n  en: { name: 'English' },\n  pt: { name: 'Português', tag: 'pt-BR' },\n  ar: { name: 'x', tag: 'ar-u-nu-latn', rightToLeft: true }, // why\n};\n",
		"js/views/landing.js":   "export const landing = 1;\n",
		"css/shell.css":         "@import \"tokens.css\";\n",
		"css/tokens.css":        "body { margin: 0 }\n",
		"css/page.css":          "p { margin: 0 }\n",
		"js/lang/en/page.js":    "export default {\n  wait: 'Wait',\n};\n",
		"js/lang/pt/page.js":    "export default {\n  wait: 'Espere',\n};\n",
		"js/lang/ar/page.js":    "export default {\n  wait: 'x',\n};\n",
		"js/lang/en/landing.js": "export default {\n  'landing.title': 'Poker & more',\n};\n",
		"js/lang/pt/landing.js": "export default {\n  'landing.title':\n    'Pôquer',\n};\n",
		"js/lang/ar/landing.js": "export default {\n  'landing.title': 'بوكر',\n};\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func TestDocumentsAreInTheUsersLanguage(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *Config) { c.Static = spoken() })
	for name, row := range map[string]struct {
		path    string
		headers []string
		want    string
	}{
		"nobody says":            {"/", nil, `<html lang="en" dir="ltr" data-language="en"> <h1>Poker &amp; more</h1>`},
		"nothing that there is":  {"/", []string{"Accept-Language: sv, tlh;q=0.5"}, `<html lang="en" dir="ltr" data-language="en"> <h1>Poker &amp; more</h1>`},
		"a region":               {"/", []string{"Accept-Language: pt-PT"}, `<html lang="pt-BR" dir="ltr" data-language="pt"> <h1>Pôquer</h1>`},
		"by weight":              {"/", []string{"Accept-Language: en;q=0.3, AR;q=0.7, pt;q=0"}, `<html lang="ar" dir="rtl" data-language="ar"> <h1>بوكر</h1>`},
		"two headers":            {"/", []string{"Accept-Language: sv", "Accept-Language: ar"}, `<html lang="ar" dir="rtl" data-language="ar"> <h1>بوكر</h1>`},
		"nonsense":               {"/", []string{"Accept-Language: ,;;q=,*;q=x, pt;q=1e999"}, `<html lang="en" dir="ltr" data-language="en"> <h1>Poker &amp; more</h1>`},
		"chosen":                 {"/", []string{"Accept-Language: pt", "Cookie: pokey_language=ar"}, `<html lang="ar" dir="rtl" data-language="ar"> <h1>بوكر</h1>`},
		"chosen what is not":     {"/", []string{"Accept-Language: pt", "Cookie: pokey_language=../en"}, `<html lang="pt-BR" dir="ltr" data-language="pt"> <h1>Pôquer</h1>`},
		"too many to look at":    {"/", []string{"Accept-Language: " + strings.Repeat("sv,", maxWishes) + "pt"}, `<html lang="en" dir="ltr" data-language="en"> <h1>Poker &amp; more</h1>`},
		"a room":                 {"/r/x", []string{"Accept-Language: pt"}, `<html lang="pt-BR" dir="ltr" data-language="pt"> <a href="/">Espere</a>`},
		"a view without a shell": {"/r/x/stage", []string{"Accept-Language: pt"}, `<html lang="pt-BR" dir="ltr" data-language="pt"> `},
	} {
		t.Run(name, func(t *testing.T) {
			resp := s.get(row.path, append(row.headers, s.cookie())...)
			if name == "chosen" || name == "chosen what is not" { // one header has both
				resp = s.get(row.path, append(row.headers[:1], s.cookie()+"; "+strings.TrimPrefix(row.headers[1], "Cookie: "))...)
			}
			text := regexp.MustCompile(`(?s)>.*<div id="page">(?:<main>)?`).ReplaceAllString(body(t, resp), "> ")
			text = strings.TrimSuffix(strings.TrimSuffix(text, "</div>"), "</main>")
			if text != row.want {
				t.Errorf("got %s, want %s", text, row.want)
			}
			if vary := strings.Join(resp.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language, Cookie") {
				t.Errorf("got Vary %q, want one that says that the document depends on the language", vary)
			}
		})
	}
}

// What is inside a document is allowed by its hash, and nothing else that is inline.
func TestDocumentsAllowWhatIsInside(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *Config) { c.Static = spoken() })
	resp := s.get("/")
	text := body(t, resp)
	want := policy
	for _, part := range [][2]string{{"script", "document.title=\"x\""}, {"style", "body{margin:0}"}} {
		if !strings.Contains(text, "<"+part[0]+">"+part[1]+"</"+part[0]+">") {
			t.Errorf("got %s, want the %s %s inside", text, part[0], part[1])
		}
		sum := sha256.Sum256([]byte(part[1]))
		want = strings.Replace(want, part[0]+"-src 'self'", part[0]+"-src 'self' 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", 1)
	}
	if got := resp.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("got the policy %s, want %s", got, want)
	}
	if got := s.get(s.tree() + "css/page.css").Header.Get("Content-Security-Policy"); got != policy {
		t.Errorf("elsewhere: got the policy %s, want %s", got, policy)
	}
}

// A browser asks at once for what the view needs next, and for nothing it would wait for.
func TestDocumentsNameWhatComesNext(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *Config) { c.Static = spoken() })
	link := regexp.MustCompile(`<link (rel="[a-z" =]+") href="/v/[0-9a-f]{12}/([^"]+)">`)
	for path, want := range map[string][]string{
		"/":    {`rel="modulepreload" js/lang/ar/page.js`, `rel="modulepreload" js/views/landing.js`, `rel="modulepreload" js/lang/ar/landing.js`},
		"/r/x": {`rel="modulepreload" js/lang/ar/page.js`, `rel="preload" as="style" css/page.css`},
	} {
		var got []string
		for _, m := range link.FindAllStringSubmatch(body(t, s.get(path, "Accept-Language: ar")), -1) {
			got = append(got, m[1]+" "+m[2])
			if resp := s.get(s.tree() + m[2]); resp.StatusCode != http.StatusOK {
				t.Errorf("%s: got %s, want 200", m[2], resp.Status)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	for _, inside := range []string{"js/boot.js", "shell/start.html", "index.html"} {
		if resp := s.get(s.tree() + inside); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %s, want 404: it is inside the documents", inside, resp.Status)
		}
	}
}

// A text that is not there, or a language that nobody has described, fails the start.
func TestDocumentsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(fstest.MapFS){
		"pt": func(f fstest.MapFS) {
			f["js/lang/pt/landing.js"] = &fstest.MapFile{Data: []byte("export default {\n  'landing.title': 'It\\'s',\n};\n")}
		},
		"nl": func(f fstest.MapFS) { f["js/lang/nl/page.js"] = f["js/lang/en/page.js"] },
		"en": func(f fstest.MapFS) { delete(f, "js/lang/en/page.js"); delete(f, "js/lang/en/landing.js") },
	} {
		files := spoken()
		change(files)
		if _, err := newAssets(files, "", "/", "1"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got the error %v, want one that names the language", name, err)
		}
	}
}
