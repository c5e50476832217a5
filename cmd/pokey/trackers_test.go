package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Readers of what trackers import, after their documents. Each refuses what the
// tracker would refuse, or would take for something else.

// table reads CSV after RFC 4180 and checks its head. There is no mark of UTF-8, which
// would be part of the first name.
func table(text string, needed ...string) (rows []map[string]string, err error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("no UTF-8")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll() // refuses rows that are shorter or longer than the head
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("no table: %w", err)
	}
	head := all[0]
	for i, name := range head {
		if slices.Contains(head[:i], name) {
			return nil, fmt.Errorf("two columns %s", name)
		}
	}
	for _, name := range needed {
		if !slices.Contains(head, name) {
			return nil, fmt.Errorf("no column %s in %q", name, head)
		}
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range head {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var (
	jiraHead = regexp.MustCompile(`^[\p{L}\d ]+$`)
	jiraKey  = regexp.MustCompile(`^[A-Z][A-Z\d_]+-\d+$`)
	number   = regexp.MustCompile(`^\d+(\.\d+)?$`)
	word     = regexp.MustCompile(`^(?:"([^"$` + "`" + `\\!]*)"|([\w./:=#-]+))(?: |$)`)
)

// https://support.atlassian.com/jira-cloud-administration/docs/import-data-from-a-csv-file/:
// fields separated by commas, none left out, a head with a column Summary and without
// punctuation. The key finds the issue, whose summary the import overwrites.
func readJira(text string) (map[string]string, error) {
	rows, err := table(text, "Summary", "Issue key", "Story Points")
	if err != nil {
		return nil, err
	}
	head, _, _ := strings.Cut(text, "\r\n")
	for name := range strings.SplitSeq(strings.ReplaceAll(head, `"`, ""), ",") {
		if !jiraHead.MatchString(name) {
			return nil, fmt.Errorf("punctuation in the head: %q", name)
		}
	}
	got := map[string]string{}
	for _, row := range rows {
		if row["Summary"] == "" || !jiraKey.MatchString(row["Issue key"]) || !number.MatchString(row["Story Points"]) {
			return nil, fmt.Errorf("a row that is refused: %q", row)
		}
		got[row["Issue key"]+" "+row["Summary"]] = row["Story Points"]
	}
	return got, nil
}

// https://learn.microsoft.com/azure/devops/boards/queries/import-work-items-from-csv: at
// most 1000 work items; an update needs ID, Work Item Type and Title, and no more
// (https://github.com/MicrosoftDocs/azure-devops-docs/pull/14090). Without its number
// an item would be a new one.
func readAzure(text string) (map[string]string, error) {
	rows, err := table(text, "ID", "Work Item Type", "Title", "Story Points")
	if err != nil {
		return nil, err
	}
	if len(rows) > 1000 {
		return nil, fmt.Errorf("%d work items", len(rows))
	}
	got := map[string]string{}
	for _, row := range rows {
		if id, err := strconv.Atoi(row["ID"]); err != nil || id <= 0 || row["Title"] == "" || row["Work Item Type"] != "User Story" || !number.MatchString(row["Story Points"]) {
			return nil, fmt.Errorf("a row that is refused: %q", row)
		}
		got[row["ID"]+" "+row["Title"]] = row["Story Points"]
	}
	return got, nil
}

// https://docs.gitlab.com/user/project/issues/csv_import/: the columns title and
// description, in any case; a title is needed. Data in other columns is not imported.
// A quick action of the description stands on a line of its own
// (https://docs.gitlab.com/user/project/quick_actions/).
func readGitLab(text string) (map[string]string, error) {
	head, rest, _ := strings.Cut(text, "\n")
	rows, err := table(strings.ToLower(head)+"\n"+rest, "title", "description")
	if err != nil {
		return nil, err
	}
	got := map[string]string{}
	for _, row := range rows {
		if row["title"] == "" || len(row) != 2 {
			return nil, fmt.Errorf("a row that is refused or lost: %q", row)
		}
		var weight []string
		for line := range strings.Lines(row["description"]) {
			action, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch {
			case action == "/weight":
				weight = append(weight, value)
			case strings.HasPrefix(action, "/"):
				return nil, fmt.Errorf("another action: %q", line)
			}
		}
		if len(weight) != 1 || !regexp.MustCompile(`^\d+$`).MatchString(weight[0]) {
			return nil, fmt.Errorf("got the weights %q, want one whole number", weight)
		}
		got[row["title"]] = weight[0]
	}
	return got, nil
}

// words are those of a command, if every shell takes it for nothing but words.
func words(line string) (all []string, err error) {
	for line != "" {
		found := word.FindStringSubmatch(line)
		if found == nil {
			return nil, fmt.Errorf("a shell may read this in another way: %s", line)
		}
		all = append(all, found[1]+found[2])
		line = line[len(found[0]):]
	}
	return all, nil
}

// command takes the words of a command apart: the flags, which all have a value but
// those that are switches, and the rest.
func command(words []string, known map[string]bool) (rest []string, flags map[string]string, err error) {
	flags = map[string]string{}
	for i := 0; i < len(words); i++ {
		hasValue, ok := known[words[i]]
		switch {
		case !strings.HasPrefix(words[i], "-"):
			rest = append(rest, words[i])
		case !ok, hasValue && i+1 == len(words):
			return nil, nil, fmt.Errorf("no such flag: %q", words[i:])
		case hasValue:
			flags[words[i]] = words[i+1]
			i++
		default:
			flags[words[i]] = ""
		}
	}
	return rest, flags, nil
}

// https://cli.github.com/manual/gh_label_create fails for a label that there is unless
// it is given --force, and a color has six hexadecimal digits;
// https://cli.github.com/manual/gh_issue_edit fails for a label that there is not, and
// takes a comma for the end of one. GitHub's labels have at most 50 characters.
func readGitHub(text string) (map[string]string, error) {
	got, labels := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(text) {
		all, err := words(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		rest, flags, err := command(all, map[string]bool{"--repo": true, "--add-label": true, "--color": true, "--force": false})
		if err != nil {
			return nil, err
		}
		_, force := flags["--force"]
		repo, label := flags["--repo"], flags["--add-label"]
		switch {
		case len(rest) == 4 && slices.Equal(rest[:3], []string{"gh", "label", "create"}) && label == "" && force &&
			regexp.MustCompile(`^[\dA-F]{6}$`).MatchString(flags["--color"]) && utf8.RuneCountInString(rest[3]) <= 50:
			labels[repo+" "+rest[3]] = true
		case len(rest) == 4 && slices.Equal(rest[:3], []string{"gh", "issue", "edit"}) && number.MatchString(rest[3]) && !strings.Contains(label, ","):
			if !labels[repo+" "+label] {
				return nil, fmt.Errorf("%s has no label %q", repo, label)
			}
			got[repo+" "+rest[3]] = label
		default:
			return nil, fmt.Errorf("a command that fails: %s", line)
		}
	}
	return got, nil
}

// https://docs.gitlab.com/cli/issue/update/: the number, --weight with a whole
// number, --repo with its group and project or its address.
func readGlab(text string) (map[string]string, error) {
	got := map[string]string{}
	for line := range strings.Lines(text) {
		all, err := words(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		rest, flags, err := command(all, map[string]bool{"--repo": true, "--weight": true})
		if err != nil {
			return nil, err
		}
		if _, err := strconv.ParseUint(flags["--weight"], 10, 31); err != nil || len(rest) != 4 || !slices.Equal(rest[:3], []string{"glab", "issue", "update"}) || !strings.Contains(flags["--repo"], "/") {
			return nil, fmt.Errorf("a command that fails: %s", line)
		}
		got[flags["--repo"]+" "+rest[3]] = flags["--weight"]
	}
	return got, nil
}

// The readers refuse what trackers refuse, or every file would pass.
func TestReadersOfTrackers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		read func(string) (map[string]string, error)
		bad  []string
	}{
		"jira": {readJira, []string{
			"\ufeff\"Summary\",\"Issue key\",\"Story Points\"\r\n\"a\",\"A-1\",3\r\n", "\"Issue key\",\"Story Points\"\r\n\"AB-1\",3\r\n",
			"\"Summary\",\"Issue key\",\"Story Points\"\r\n\"a\",\"AB-1\"\r\n", "\"Summary\",\"Issue key\",\"Story Points\",\"x (y)\"\r\n\"a\",\"AB-1\",3,\r\n",
			"\"Summary\",\"Issue key\",\"Story Points\"\r\n\"a\",\"AB-1\",\"3,5\"\r\n", "\"Summary\",\"Issue key\",\"Story Points\"\r\n\"\",\"AB-1\",3\r\n",
			"\"Summary\",\"Issue key\",\"Story Points\"\r\n\"a \"b\" c\",\"AB-1\",3\r\n",
		}},
		"azure": {readAzure, []string{
			"ID,Title,Story Points\n1,a,3\n", "ID,Work Item Type,Title,Story Points\n,User Story,a,3\n", "ID,Work Item Type,Title,Story Points\n#1,User Story,a,3\n",
			"ID,Work Item Type,Title,Story Points\n1,User Story,,3\n", "ID,Work Item Type,Title,Title,Story Points\n1,User Story,a,a,3\n",
			"ID,Work Item Type,Title,Story Points\n" + strings.Repeat("1,User Story,a,3\n", 1001),
		}},
		"gitlab": {readGitLab, []string{
			"title,weight\na,3\n", "title,description\n,/weight 3\n", "title,description\na,see /weight 3\n", "title,description\na,/weight 0.5\n", "title,description\na,\"/weight 3\n/close\"\n",
		}},
		"github": {readGitHub, []string{
			"gh issue edit 3 --repo o/r --add-label \"estimate: 3\"\n", "gh label create \"estimate: 3\" --repo o/r\n", "gh label create \"a\" --color red --force\n",
			"gh label create a --color C5DEF5 --force; id\n", "gh label create \"$(id)\" --color C5DEF5 --force\n", "gh issue edit 3 --weight 3\n",
		}},
		"glab": {readGlab, []string{"glab issue update 3 --weight 0.5 --repo o/r\n", "glab issue update --weight 3 --repo o/r\n", "glab issue update 3 --weight 3 --repo `id`\n", "glab issue update 3 --weight 3 --repo o/r --yes\n"}},
	} {
		for _, text := range row.bad {
			if got, err := row.read(text); err == nil {
				t.Errorf("%s: got %v and no error, want %q refused", name, got, text)
			}
		}
	}
}
