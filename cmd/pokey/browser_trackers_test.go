package main

import (
	"fmt"
	"maps"
	"testing"
)

// tracker is where a list comes from and its result goes to: what it exports, and
// what an import, strict as the tracker's own, makes of a result file.
type tracker struct {
	file, export string
	kind         string                                       // of the result file
	read         func(file string) (map[string]string, error) // what each issue is given
	want         map[string]string                            // by the number or key of the issue
}

// The lists have three stories. On the first all agree at once, on the second the
// owner chooses, and the third is never settled.
var trackers = []tracker{
	{
		"jira.csv", "Summary,Issue key,Issue id,Issue Type,Status,Priority,Sprint,Sprint,Custom field (Story Points),Description\n" +
			"\"Sign in, with a \"\"passkey\"\"\",SHOP-11,10011,Story,To Do,High,Sprint 4,Sprint 5,,\"As a member\nI want to sign in\"\n" +
			"\"Überweisung – «SEPA», @home\",SHOP-12,10012,Story,To Do,Medium,Sprint 5,,3.0,\n" +
			"Never settled,SHOP-14,10014,Story,To Do,Low,,,,\n",
		"jira", readJira,
		map[string]string{`SHOP-11 Sign in, with a "passkey"`: "3", "SHOP-12 Überweisung – «SEPA», @home": "5"},
	},
	{
		"azure.csv", "\"ID\",\"Work Item Type\",\"Title\",\"Assigned To\",\"State\",\"Tags\",\"Story Points\"\r\n" +
			"\"311\",\"User Story\",\"Sign in, with a \"\"passkey\"\"\",\"Ada Byron <ada@example.com>\",\"New\",\"web; login\",\r\n" +
			"\"312\",\"User Story\",\"Search & filter\",,\"Active\",,\"3\"\r\n" +
			"\"314\",\"User Story\",\"Never settled\",,\"New\",,\r\n",
		"azure", readAzure,
		map[string]string{`311 Sign in, with a "passkey"`: "3", "312 Search & filter": "5"},
	},
	{
		"issues.json", `[{"number":3,"title":"Sign in, with a \"passkey\"","state":"OPEN","url":"https://github.com/example/shop/issues/3","labels":[{"name":"bug"}],"body":"$(rm -rf /)"},
		{"number":4,"title":"` + "`id`" + `; search","state":"OPEN","url":"https://github.com/example/shop/issues/4","labels":[],"body":""},
		{"number":12,"title":"Never settled","state":"OPEN","url":"https://github.com/example/shop/issues/12","labels":[],"body":""}]`,
		"github", readGitHub,
		map[string]string{"example/shop 3": "estimate: 3", "example/shop 4": "estimate: 5"},
	},
	{
		"gitlab.csv", "Issue ID,URL,Title,State,Description,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent\n" +
			"21,https://gitlab.com/example/team/shop/-/issues/21,\"Sign in, with a \"\"passkey\"\"\",Open,\"Two\nlines\",Ada,ada,,,No,No,,2026-11-02 10:00:00,2026-11-02 10:00:00,,Sprint 5,,web,0,0\n" +
			"22,https://gitlab.com/example/team/shop/-/issues/22,/close the dialog,Open,,Ada,ada,,,No,No,,2026-11-02 10:00:00,2026-11-02 10:00:00,,,3,,0,0\n" +
			"24,https://gitlab.com/example/team/shop/-/issues/24,Never settled,Open,,Ada,ada,,,No,No,,2026-11-02 10:00:00,2026-11-02 10:00:00,,,,,0,0\n",
		"glab", readGlab,
		map[string]string{"example/team/shop 21": "3", "example/team/shop 22": "5"},
	},
}

// A tracker's list is estimated by five people, and the tracker takes the result: no
// row is refused, no issue is renamed, and each gets what was agreed on.
func TestBrowserRoundTrips(t *testing.T) {
	t.Parallel()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada")
	team := []*person{ada, join(t, link, "Bob"), join(t, link, "Cleo"), join(t, link, "Dan"), join(t, link, "Eve")}
	for i, from := range trackers {
		if i > 0 { // another room for another list
			ada.visit(server.url + "/")
			ada.press(".landing .primary")
			ada.until(`document.querySelector('.hand .card')`)
			link = get[string](ada, `location.href`)
			for _, p := range team[1:] {
				p.visit(link)
			}
		}
		ada.dialog("Topics", "topics")
		ada.chooses("#import-file", from.file, from.export)
		ada.button("Add 3 topics")
		ada.until(`document.querySelectorAll('.topic-list li').length === 2`)
		ada.closeDialog()
		play(t, team)
		ada.button("Session summary")
		ada.until(`document.querySelectorAll('dialog.session .results > li').length === 3`)
		ada.chooseFile(from.kind)
		ada.sees("2 of 3 stories")
		file := ada.download("Save")
		if got, err := from.read(file); err != nil || !maps.Equal(got, from.want) {
			t.Errorf("%s: got %v, %v, want %v from the file\n%s", from.kind, got, err, from.want, file)
		}
		if from.kind == "glab" {
			ada.chooseFile("gitlab")
			file := ada.download("Save")
			want := map[string]string{`Sign in, with a "passkey"`: "3", "/close the dialog": "5"}
			if got, err := readGitLab(file); err != nil || !maps.Equal(got, want) {
				t.Errorf("gitlab: got %v, %v, want %v from the file\n%s", got, err, want, file)
			}
		}
		ada.closeDialog()
	}
}

// play has the team go through a list.
func play(t *testing.T, team []*person) {
	t.Helper()
	owner := team[0]
	for round, values := range [][]string{{"3", "3", "3", "3", "3"}, {"2", "5", "8", "5", "3"}, {"1", "1", "2", "3", "1"}} {
		for i, p := range team {
			p.takes(values[i])
		}
		owner.until(`document.querySelectorAll('.seat .card').length === %d`, len(team))
		owner.button("Reveal")
		owner.until(`document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
		if round == 1 {
			owner.press(`.deck .card[data-card="5"]`)
		}
		for i, settled := range []string{"3", "5"} {
			if i == round {
				team[4].sees("Agreed on " + settled)
			}
		}
		owner.button("Next topic")
	}
	owner.sees("That was the list")
}

// takes estimates without aiming, which takes long where cards are being dealt.
func (p *person) takes(value string) {
	p.t.Helper()
	card := fmt.Sprintf(`document.querySelector('.hand .card[data-card=%q]')`, value)
	p.until(`%s`, card)
	get[any](p, fmt.Sprintf(`%[1]s.ariaPressed === 'true' || %[1]s.click(), null`, card))
	p.until(`%s?.ariaPressed === 'true'`, card)
}

// chooses gives a field of files one.
func (p *person) chooses(field, name, content string) {
	p.t.Helper()
	p.until(`document.querySelector(%q)`, field)
	get[any](p, fmt.Sprintf(`(() => {
		const files = new DataTransfer(), input = document.querySelector(%q)
		files.items.add(new File([%q], %q))
		input.files = files.files
		input.dispatchEvent(new Event('change', { bubbles: true }))
		return null
	})()`, field, content, name))
}
