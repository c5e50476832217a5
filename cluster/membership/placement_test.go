package membership

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// fleet is a number of nodes and the rooms that they own, by number.
type fleet struct {
	t       *testing.T
	rooms   []string
	version uint64
	nodes   []Member
	owner   []int32 // of each room: the number of the node
}

func newFleet(t *testing.T, rooms, nodes int) *fleet {
	t.Helper()
	f := &fleet{t: t, owner: make([]int32, rooms)}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same rooms in each run
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	for range rooms {
		id := make([]byte, 40) // as identity.Keys makes them
		for i := range id {
			id[i] = alphabet[random.IntN(32)]
		}
		f.rooms = append(f.rooms, string(id))
	}
	for i := range nodes {
		f.nodes = append(f.nodes, node(i))
	}
	f.place()
	return f
}

func node(i int) Member {
	return Member{ID: fmt.Sprint("id", i), Address: fmt.Sprintf("10.0.%d.%d:%d", i/250, i%250, 7000+i)}
}

// place gives each room to its owner in the present view, and returns how many rooms
// moved, and how many of those neither to nor from one of the nodes that changed.
func (f *fleet) place(changed ...int) (moved, needlessly int) {
	f.t.Helper()
	f.version++
	v := NewView(Snapshot{Version: f.version, Members: f.nodes}, nil)
	numbers := map[string]int32{}
	for i, m := range f.nodes {
		numbers[m.Address] = int32(i)
	}
	may := map[int32]bool{}
	for _, i := range changed {
		may[int32(i)] = true
	}
	for i, room := range f.rooms {
		address, _ := v.Owner("room", room)
		now := numbers[address]
		if before := f.owner[i]; f.version > 1 && now != before {
			moved++
			if !may[now] && !may[before] {
				needlessly++
			}
		}
		f.owner[i] = now
	}
	return moved, needlessly
}

// balance returns the rooms of the fullest and the emptiest node, by the mean of those
// that own any.
func (f *fleet) balance() (fullest, emptiest float64) {
	owned, owners := make([]int, len(f.nodes)), 0
	for _, o := range f.owner {
		owned[o]++
	}
	least, most := len(f.rooms), 0
	for _, n := range owned {
		if n > 0 {
			owners++
			least, most = min(least, n), max(most, n)
		}
	}
	mean := float64(len(f.rooms)) / float64(owners)
	return float64(most) / mean, float64(least) / mean
}

// POKEY_PLACEMENT=full places a million rooms on a hundred nodes, as docs/capacity.md
// tells; otherwise it is a fiftieth of that. Rooms are spread evenly, and when nodes
// come and go only those rooms move that must.
func TestPlacementOfManyRooms(t *testing.T) {
	rooms, nodes := 20_000, 100
	if os.Getenv("POKEY_PLACEMENT") == "full" {
		rooms = 1_000_000
	}
	f := newFleet(t, rooms, nodes)
	each := float64(rooms) / float64(nodes)
	allowed := 5 / math.Sqrt(each) // five standard deviations, by the mean
	even := func(when string) {
		t.Helper()
		fullest, emptiest := f.balance()
		t.Logf("%s: the fullest node has %.3f of the mean, the emptiest %.3f", when, fullest, emptiest)
		if fullest > 1+allowed || emptiest < 1-allowed {
			t.Errorf("%s: got %.3f to %.3f of the mean, want within %.3f of it", when, emptiest, fullest, allowed)
		}
	}
	moves := func(what string, want float64, changed ...int) {
		t.Helper()
		moved, needlessly := f.place(changed...)
		t.Logf("%s: %d rooms move, %.2f %% of all", what, moved, 100*float64(moved)/float64(rooms))
		if needlessly > 0 || math.Abs(float64(moved)-want) > 5*math.Sqrt(want) {
			t.Errorf("%s: got %d moves, %d of them between nodes that stay, want about %.0f and none", what, moved, needlessly, want)
		}
	}
	even("at first")
	f.nodes = append(f.nodes, node(nodes))
	moves("a node joins", each*float64(nodes)/float64(nodes+1), nodes)
	even("after that")
	f.nodes[7].Draining = true
	moves("a node drains", float64(rooms)/float64(nodes+1), 7)
	even("after that")
	f.nodes[7].Draining = false
	f.nodes[7].ID = "again"
	moves("it comes back", float64(rooms)/float64(nodes+1), 7)
	var zone []int
	for i := range nodes / 3 {
		f.nodes[i].Draining = true // as if they were gone
		zone = append(zone, i)
	}
	moves("a third of the nodes is lost", float64(rooms)*float64(nodes/3)/float64(nodes+1), zone...)
	even("after that")
	for _, i := range zone {
		f.nodes[i].Draining = false
	}
	moves("they come back", float64(rooms)*float64(nodes/3)/float64(nodes+1), zone...)
}
