package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"sync"
	"testing"
)

// canaries are values and comments that can be recognised in any bytes.
type canaries struct {
	mu    sync.Mutex
	owner []string // the user each belongs to
	shown []bool   // whether everybody may know it by now
	seen  int      // by others, once shown
	leaks []string
}

var canary = regexp.MustCompile(`QX(\d+)Q`)

// mint makes a value and a comment that only user may know.
func (c *canaries) mint(user string) (id int, value, comment string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id = len(c.owner)
	c.owner, c.shown = append(c.owner, user), append(c.shown, false)
	return id, fmt.Sprintf("QX%dQ", id), fmt.Sprintf("because QX%dQ", id)
}

func (c *canaries) show(ids ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		c.shown[id] = true
	}
}

// look searches bytes that reached user, or nobody in particular.
func (c *canaries) look(where, user string, bytes []byte) {
	found := canary.FindAllSubmatch(bytes, -1)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range found {
		id, _ := strconv.Atoi(string(f[1]))
		switch {
		case c.owner[id] == user:
		case !c.shown[id]:
			c.leaks = append(c.leaks, fmt.Sprintf("%s: canary %d of %s reached %q: %.200s", where, id, c.owner[id], user, bytes))
		default:
			c.seen++
		}
	}
}

// A thousand random rounds, every byte to every socket and to the log tapped:
// no estimate and no comment reaches anybody else before its reveal.
func TestSecrecy(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 50
	}
	inBubble(t, []string{"-data", "none", "-message-rate", "0", "-max-connections-per-session", "0", "-max-connections-per-ip", "0"}, func(s *server) {
		c := &canaries{}
		s.tap = func(user string, bytes []byte) { c.look("socket", user, bytes) }
		game := newSecretGame(s, c)
		for range rounds {
			game.round()
		}
		c.look("log", "", []byte(s.log.String()))
		for i, leak := range c.leaks {
			if i == 5 {
				break
			}
			t.Error(leak)
		}
		if c.seen < rounds {
			t.Errorf("only %d canaries were seen after their reveal: the tap is blind", c.seen)
		}
		t.Logf("%d estimates, %d sightings after reveals", len(c.owner), c.seen)
	})
}

// secretGame plays at random and keeps account of who may know what.
type secretGame struct {
	s        *server
	c        *canaries
	random   *rand.Rand
	room     string
	browsers []*browser
	tabs     []*tab // the owner's first
	current  map[string]int
	ahead    map[int]map[string]int // by topic and user
	revealed bool
}

func newSecretGame(s *server, c *canaries) *secretGame {
	g := &secretGame{s: s, c: c, random: rand.New(rand.NewPCG(1, 2)), current: map[string]int{}, ahead: map[int]map[string]int{}}
	for _, name := range []string{"Ada", "Bob", "Cleo", "Dan"} {
		b := s.open(name)
		g.browsers = append(g.browsers, b)
		g.tabs = append(g.tabs, b.tab())
	}
	g.room = g.tabs[0].ask("createRoom", `"deck":{"name":"anything","cards":[]}`)["roomId"].(string)
	for _, tab := range g.tabs {
		tab.in(g.room, "joinRoom", "")
	}
	return g
}

// round is a handful of requests and a clear.
func (g *secretGame) round() {
	g.revealed = false
	for range 4 + g.random.IntN(5) {
		switch p := g.random.IntN(24); {
		case p >= 20:
			g.estimateAhead(g.tabs[g.random.IntN(len(g.tabs))])
		case p < 9:
			g.estimate(g.tabs[g.random.IntN(len(g.tabs))])
		case p < 10:
			g.withdraw(g.tabs[g.random.IntN(len(g.tabs))])
		case p < 14:
			g.reveal()
		case p < 16:
			g.hide()
		case p < 17:
			g.tabs[1+g.random.IntN(3)].in(g.room, "joinRoom", "")
		case p < 18:
			g.reconnect(1 + g.random.IntN(3))
		case p < 19:
			g.undo()
		default:
			g.tabs[g.random.IntN(len(g.tabs))].in(g.room, "history", "")
		}
	}
	switch g.random.IntN(4) {
	case 0:
		g.nextTopic()
	case 1:
		g.revealAhead()
	default:
		g.tabs[0].in(g.room, "clear", "")
		g.current = map[string]int{}
	}
}

// estimateAhead estimates one of the topics to come, of which there are always some.
func (g *secretGame) estimateAhead(t *tab) {
	topics := g.tabs[0].room(g.room).Topics
	if len(topics) == 0 {
		g.tabs[0].in(g.room, "setTopics", `"topics":["One","Two","Three"]`)
		return
	}
	topic := topics[g.random.IntN(len(topics))].ID
	id, value, comment := g.c.mint(t.b.userID)
	if g.ahead[topic] == nil {
		g.ahead[topic] = map[string]int{}
	}
	g.ahead[topic][t.b.userID] = id
	t.in(g.room, "estimateAhead", `"topicId":%d,"value":%q,"comment":%q`, topic, value, comment)
}

// nextTopic makes what was estimated ahead the round's.
func (g *secretGame) nextTopic() {
	g.current = map[string]int{}
	if topics := g.tabs[0].room(g.room).Topics; len(topics) > 0 && g.ahead[topics[0].ID] != nil {
		g.current = g.ahead[topics[0].ID]
		delete(g.ahead, topics[0].ID)
	}
	g.tabs[0].in(g.room, "nextTopic", "")
}

// revealAhead reveals the round with what was estimated ahead.
func (g *secretGame) revealAhead() {
	together := 0
	for _, votes := range g.ahead {
		for _, id := range votes {
			g.c.show(id)
			together++
		}
	}
	if together > 0 {
		for _, id := range g.current {
			g.c.show(id)
		}
		g.current, g.ahead = map[string]int{}, map[int]map[string]int{}
	}
	g.tabs[0].in(g.room, "revealAhead", "")
	g.tabs[0].in(g.room, "clear", "")
	g.current = map[string]int{}
}

func (g *secretGame) estimate(t *tab) {
	id, value, comment := g.c.mint(t.b.userID)
	if g.revealed {
		g.c.show(id)
	}
	g.current[t.b.userID] = id
	t.in(g.room, "estimate", `"value":%q,"comment":%q`, value, comment)
}

func (g *secretGame) withdraw(t *tab) {
	delete(g.current, t.b.userID)
	t.in(g.room, "estimate", `"value":null`)
}

func (g *secretGame) reveal() {
	for _, id := range g.current {
		g.c.show(id)
	}
	g.revealed = true
	g.tabs[0].in(g.room, "reveal", "")
}

func (g *secretGame) hide() {
	g.tabs[0].in(g.room, "hide", "")
	g.revealed = false
}

// undo takes a reveal back, which hides what comes after it.
func (g *secretGame) undo() {
	if !g.revealed {
		return
	}
	if g.tabs[0].ask("undo", joinFields(g.room, ""))["event"] == "ok" {
		g.revealed = false
	}
}

func (g *secretGame) reconnect(i int) {
	g.tabs[i].drop()
	g.tabs[i] = g.browsers[i].tab()
	g.tabs[i].in(g.room, "joinRoom", "")
}
