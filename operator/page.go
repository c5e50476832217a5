package operator

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

//go:embed page.html page.css page.js
var files embed.FS

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{"words": words}).ParseFS(files, "page.html"))

// policy lets the page use its own style sheet and script, and nothing else; its icon is
// empty. The graphs are in the document.
const policy = "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Register adds the page and what belongs to it to the operator's port.
func (h *History) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", h.page)
	mux.HandleFunc("GET /status", h.status)
	mux.HandleFunc("GET /page.css", file("page.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /page.js", file("page.js", "text/javascript; charset=utf-8"))
}

func file(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		content, err := files.ReadFile(name)
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content)
	}
}

// A Report is the JSON at /status.
type Report struct {
	Status
	Findings []Finding `json:"findings"`
}

func (h *History) status(w http.ResponseWriter, _ *http.Request) {
	now := h.read()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Report{now, Findings(h.statuses(now))})
}

// view is what the page shows.
type view struct {
	Status
	Headline, Mood string
	Findings       []Finding
	Graphs         []graph
	Nodes          []nodeRow
	Facts          []fact
	Count          string // of the nodes
	At, Uptime     string
}

type nodeRow struct{ Address, State, For string }

type fact struct{ Name, Value string }

func (h *History) page(w http.ResponseWriter, _ *http.Request) {
	now := h.read()
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newView(h.statuses(now))); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(b.Bytes())
}

func newView(all []Status) view {
	now := all[len(all)-1]
	v := view{
		Status: now, Findings: Findings(all), Graphs: graphs(all), Facts: facts(now),
		At: now.Time.UTC().Format("15:04:05 UTC"), Uptime: spanText(now.Time.Sub(now.Started)),
	}
	v.Headline, v.Mood = headline(v.Findings)
	if now.Cluster != nil {
		v.Count = count(len(now.Cluster.Nodes), "node", "nodes")
		for _, n := range now.Cluster.Nodes {
			row := nodeRow{Address: n.Address, State: n.State, For: spanText(now.Time.Sub(n.Since))}
			if n.Unreachable > 0 {
				row.State += ", cannot reach " + count(n.Unreachable, "other", "others")
			}
			if n.Self {
				row.State += ", this node"
			}
			v.Nodes = append(v.Nodes, row)
		}
	}
	return v
}

// headline says in a few words how the server is.
func headline(found []Finding) (words, mood string) {
	n := map[Level]int{}
	for _, f := range found {
		n[f.Level]++
	}
	switch {
	case n[Trouble] > 0:
		return "Something is wrong.", "trouble"
	case n[Warning] > 0:
		return "It works, and something needs attention.", "warning"
	default:
		return "Everything works.", "fine"
	}
}

// facts are the figures below the graphs.
func facts(s Status) []fact {
	number := func(n uint64) string { return fmt.Sprintf("%d", n) }
	limit := "no limit"
	if s.ConnectionsLimit > 0 {
		limit = fmt.Sprint("of ", s.ConnectionsLimit)
	}
	all := []fact{
		{"Connections", fmt.Sprint(s.Connections, " ", limit)},
		{"Users", number(uint64(s.Users))},
		{"Members of rooms in use", number(uint64(s.Members))},
		{"Users and rooms not saved", number(uint64(s.Unsaved))},
	}
	if s.DataFree != nil {
		all = append(all, fact{"Free space for data", bytesText(float64(*s.DataFree))})
	}
	for _, c := range s.Certificates {
		if !c.Expires.IsZero() {
			all = append(all, fact{"Certificate for " + c.Domain + " expires", c.Expires.UTC().Format(time.DateOnly)})
		}
	}
	if s.MemoryLimit > 0 {
		all = append(all, fact{"Memory limit", bytesText(float64(s.MemoryLimit))})
	}
	all = append(all,
		fact{"Bytes that wait for clients", bytesText(float64(s.BytesWaiting))},
		fact{"Requests", number(s.Requests)}, fact{"Refused requests", number(s.Refusals)},
		fact{"Newcomers turned away", number(s.TurnedAway)}, fact{"Connections refused for a limit", number(s.Limited)},
		fact{"Security events", number(s.Security)}, fact{"Commits that failed", number(s.CommitsLost)}, fact{"Panics", number(s.Panics)})
	if c := s.Cluster; c != nil {
		all = append(all, fact{"Users and rooms handed over", number(c.Handoffs)}, fact{"Users and rooms taken over by others first", number(c.Fencings)},
			fact{"Links to nodes that broke", number(c.LinkLosses)}, fact{"Messages to nodes dropped", number(c.LinkDrops)})
		if e := c.Inside; e != nil {
			all = append(all, fact{"Nodes with a vote", number(uint64(e.Voters))}, fact{"Database of the nodes", bytesText(float64(e.Bytes))})
		}
		if !c.Certificate.IsZero() {
			all = append(all, fact{"Certificate of this node expires", c.Certificate.UTC().Format(time.DateOnly)})
		}
	}
	return all
}
