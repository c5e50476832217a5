package identity

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	ada = "y3rz5wzmyqvffy7szbxzszfyzw" // the bytes f0 to ff
	bob = "0123456789abcdefghjkmnpqrw"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// The vectors were computed by a second implementation in another language.
func TestRoomIDVectors(t *testing.T) {
	last := time.UnixMilli(roomEpoch.UnixMilli() + 1<<40 - 1).UTC()
	for _, tt := range []struct {
		master  int
		created time.Time
		nonce   uint64
		id      string
	}{
		{1, time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC), 0x123456, "24am6rew00938njehced8hybcn0r61e4ya23hyt6"},
		{1, roomEpoch, 0, "240000000000001hb5w470zbcyp6jeshsav2231y"},
		{1, last, 0xffffff, "27zzzzzzzzzzzzxyn6y0vyef6s3wtay265q0ag4b"},
		{2, time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC), 0x123456, "2wam6rew00938nmga7f82v9h8403f5vmcxwa51af"},
		{2, roomEpoch, 0, "2w00000000000035sg6w90p3mvmn077p54mx3kte"},
		{2, last, 0xffffff, "2zzzzzzzzzzzzzskqn42zefrhj8n9j21tztbktq9"},
	} {
		k := ring(t, tt.master)
		stamp := uint64(tt.created.Sub(roomEpoch).Milliseconds())<<nonceBits | tt.nonce
		if got := k.mint(ada, stamp); got != tt.id {
			t.Errorf("minted %s, want %s", got, tt.id)
		}
		room, err := k.Room(tt.id)
		if err != nil || !room.Created.Equal(tt.created) {
			t.Errorf("Room(%s): got %v, %v, want one created at %v", tt.id, room, err, tt.created)
		}
		if !k.Owns(ada, tt.id) || k.Owns(bob, tt.id) {
			t.Errorf("%s: got owned by Ada %t, by Bob %t, want only Ada", tt.id, k.Owns(ada, tt.id), k.Owns(bob, tt.id))
		}
	}
}

// A clock that is wrong makes an id with the nearest time there is.
func TestRoomIDKeepsTime(t *testing.T) {
	for _, tt := range []struct{ now, want time.Time }{
		{noon.Add(123_456_789 * time.Nanosecond), noon.Add(123 * time.Millisecond)},
		{noon.In(time.FixedZone("", 3600)), noon},
		{time.Unix(0, 0), roomEpoch},
		{time.Time{}, roomEpoch},
		{time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), roomEpoch.Add(maxCreated * time.Millisecond)},
	} {
		k := ring(t, 1)
		room, err := k.Room(k.NewRoomID(ada, tt.now))
		if err != nil || room.Created != tt.want {
			t.Errorf("minted at %v: %v, %v, want %v", tt.now, room.Created, err, tt.want)
		}
	}
}

func TestChangedRoomIDsAreRefused(t *testing.T) {
	k := ring(t, 1, 17, 2)
	id := k.NewRoomID(ada, noon)
	refused := 0
	refuse := func(id string) {
		t.Helper()
		refused++
		if _, err := k.Room(id); !errors.Is(err, ErrRoomID) {
			t.Fatalf("Room(%q): got %v, want ErrRoomID", id, err)
		}
		if k.Owns(ada, id) {
			t.Fatalf("Owns(%q): got true, want false", id)
		}
	}
	for i := range len(id) {
		for c := range 256 {
			if byte(c) != id[i] {
				refuse(id[:i] + string([]byte{byte(c)}) + id[i+1:])
			}
		}
		for _, c := range []string{"\n", "\r", " ", "0", "=", "\x00"} {
			refuse(id[:i] + c + id[i:])
		}
		refuse(id[:i])
		refuse(id[:i] + id[i+1:])
		refuse(id[:i] + "é" + id[i+1:])
		refuse(id[:i] + "\n" + id[i+1:])
	}
	for _, other := range []string{"", id + "=", id + "0", " " + id, id + "\n", "\r\n" + id, strings.ToUpper(id), id + id, strings.Repeat("0", 40), strings.Repeat("z", 40)} {
		refuse(other)
	}
	if _, err := k.Room(id); err != nil || refused < 10_000 {
		t.Fatalf("%d variants were refused and the genuine id got %v, want at least 10000 and none", refused, err)
	}
}

func TestRoomIDsOfAnOldMasterAreValid(t *testing.T) {
	id := ring(t, 1).NewRoomID(ada, noon)
	for name, tt := range map[string]struct {
		ring []int
		ok   bool
	}{
		"current":                 {[]int{1}, true},
		"previous":                {[]int{2, 1}, true},
		"verify only":             {[]int{1, 2}, true},
		"oldest of many":          {[]int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1}, true},
		"behind its own key id":   {[]int{17, 1}, true},
		"retired":                 {[]int{2}, false},
		"retired, same key id":    {[]int{17}, false},
		"retired, others present": {[]int{2, 17, 3}, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := ring(t, tt.ring...)
			_, err := k.Room(id)
			if (err == nil) != tt.ok || k.Owns(ada, id) != tt.ok {
				t.Errorf("got Room %v, Owns %v, want genuine: %t", err, k.Owns(ada, id), tt.ok)
			}
		})
	}
}

func TestOnlyTheCreatorOwnsARoom(t *testing.T) {
	k := ring(t, 1, 2)
	id := k.NewRoomID(ada, noon)
	for _, user := range []string{bob, "", ada[:25], ada + "0", strings.ToUpper(ada), id, k.NewUserID()} {
		if k.Owns(user, id) {
			t.Errorf("Owns(%q): got true for the room of another", user)
		}
	}
	if !k.Owns(ada, id) {
		t.Error("Owns: got false for the owner")
	}
}

func TestNewRoomIDNeedsAnOwner(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("minted a room that nobody can own, want a panic")
		}
	}()
	ring(t, 1).NewRoomID("ada", noon)
}

// 250 000 ids of one owner within one millisecond, from several goroutines.
func TestRoomIDsNeverRepeat(t *testing.T) {
	k := ring(t, 1)
	const workers, each = 5, 50_000
	ids := make([][]string, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				ids[w] = append(ids[w], k.NewRoomID(ada, noon))
			}
		})
	}
	wg.Wait()
	seen := make(map[string]bool, workers*each)
	for _, some := range ids {
		for _, id := range some {
			if seen[id] {
				t.Fatalf("minted %s twice", id)
			}
			seen[id] = true
		}
	}
}

// Half a million ids of one owner while the clock goes back and forth, which with
// random nonces would repeat thousands of times.
func TestRoomIDsNeverRepeatWhenTheClockIsSet(t *testing.T) {
	k := ring(t, 1)
	seen := make(map[uint64]bool, 500_000)
	for i := range 500_000 {
		now := noon.Add(time.Duration(i%3-1) * time.Hour)
		stamp := k.unique(uint64(now.Sub(roomEpoch).Milliseconds()))
		if seen[stamp] {
			t.Fatalf("%x was given twice", stamp)
		}
		seen[stamp] = true
		if at := roomEpoch.Add(time.Duration(stamp>>nonceBits) * time.Millisecond); at.Before(now) || at.After(noon.Add(time.Hour+time.Millisecond)) {
			t.Fatalf("at %v an id says %v, want the newest time so far", now, at)
		}
	}
}

func FuzzRoom(f *testing.F) {
	k := ring(f, 1, 17)
	id := k.mint(ada, 0x123456)
	f.Add(id)
	f.Add(strings.ToUpper(id))
	f.Add(id[:39] + "\n")
	f.Add(strings.Repeat("0", 40))
	f.Fuzz(func(t *testing.T, text string) {
		var raw [roomBytes]byte
		canonical := decode(raw[:], text)
		if canonical && crockford.EncodeToString(raw[:]) != text {
			t.Fatalf("%q is accepted, want only canonical ids", text)
		}
		if _, err := k.Room(text); err == nil && (!canonical || text != id) {
			t.Fatalf("%q is accepted, want only minted ids", text)
		}
	})
}

func BenchmarkRoom(b *testing.B) {
	k := ring(b, 1, 2)
	id := k.NewRoomID(ada, noon)
	forged := id[:39] + "0"
	for name, id := range map[string]string{"genuine": id, "forged": forged, "junk": "room"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = k.Room(id)
			}
		})
	}
}

func BenchmarkNewRoomID(b *testing.B) {
	k := ring(b, 1)
	for b.Loop() {
		k.NewRoomID(ada, noon)
	}
}
