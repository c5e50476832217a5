package actors

import (
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// stage is a broadcaster with a room to show and subscribers to show it to.
type stage struct {
	*broadcaster
	recorder
	t           *testing.T
	room        *poker.Room
	subscribers *subscribers
	ended       chan throttleEnded
}

// inStage runs a story about a broadcaster in a bubble.
func inStage(t *testing.T, story func(*stage), conns ...*actor.PID) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, subscribers: newSubscribers(), ended: make(chan throttleEnded, 10)}
		s.room = poker.NewRoom("room", "epoch", "olga", 1, poker.DefaultDeck())
		s.broadcaster = &broadcaster{
			inbox: func(m any) { s.ended <- m.(throttleEnded) }, local: "here", send: s.recorder.send, room: conn("here", "room"),
			fanOut: func(conns []*actor.PID, m any) {
				for _, c := range conns {
					s.recorder.send(c, m)
				}
			},
		}
		for _, c := range conns {
			s.subscribers.add(c, "olga")
		}
		story(s)
		s.stop()
	})
}

func (s *stage) change()  { s.room.Touch() }
func (s *stage) publish() { s.broadcaster.publish(s.room, false, s.subscribers) }

// expectThrottle waits until the pause ends, and compares how long that took.
func (s *stage) expectThrottle(want time.Duration) {
	s.t.Helper()
	start := time.Now()
	if !s.throttled() {
		s.t.Error("throttled: got false, want true")
	}
	<-s.ended
	s.throttleEnded()
	if got := time.Since(start); got != want || s.throttled() {
		s.t.Errorf("throttled: got %v after %v, want false after %v", s.throttled(), got, want)
	}
}

func TestBroadcasterShowsAVersionOnce(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		if got := s.take(); len(got) != 1 || got[0].to != "here/a" {
			t.Errorf("the first time: got %v, want one status to here/a", got)
		}
		s.expectThrottle(maxThrottle)
		s.publish()
		if got := s.take(); len(got) > 0 {
			t.Errorf("the second time: got %v, want nothing", got)
		}
	}, conn("here", "a"))
}

func TestBroadcasterShowsOnlyTheNewestVersionAfterThePause(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		s.take()
		for range 3 {
			s.change()
			s.publish()
		}
		if got := s.take(); len(got) > 0 {
			t.Errorf("during the pause: got %v, want nothing", got)
		}
		s.expectThrottle(maxThrottle)
		s.publish()
		got := s.take()
		if len(got) != 1 || got[0].message.(deliverStatus).status.Version != s.room.Version() {
			t.Errorf("after the pause: got %v, want one status of version %d", got, s.room.Version())
		}
	}, conn("here", "a"))
}

// The pause is four times as long as a short broadcast, and as long as a long one.
func TestBroadcasterPausesByWhatTheBroadcastTook(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		time.Millisecond:      4 * time.Millisecond,
		5 * time.Millisecond:  longThrottle,
		20 * time.Millisecond: 20 * time.Millisecond,
	} {
		inStage(t, func(s *stage) {
			s.publish()
			time.Sleep(took / 2)
			s.delivered(s.sequence - 1) // of an older broadcast
			s.delivered(s.sequence)
			time.Sleep(took / 2)
			s.delivered(s.sequence)
			s.expectThrottle(want)
		}, conn("here", "a"), conn("there", "b"))
	}
}

func TestBroadcasterNeverPausesLongerThanMaxThrottle(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		time.Sleep(40 * time.Millisecond)
		s.delivered(s.sequence)
		s.expectThrottle(maxThrottle - 40*time.Millisecond)
	}, conn("here", "a"))
}

func TestBroadcasterIsToldOnceOfEachPause(t *testing.T) {
	inStage(t, func(s *stage) {
		for range 3 {
			s.change()
			s.publish()
			s.expectThrottle(maxThrottle)
			s.change()
			s.publish()
			if !s.throttled() {
				t.Error("throttled: got false, want true")
			}
			s.delivered(s.sequence)
			<-s.ended
			s.throttleEnded()
		}
		time.Sleep(time.Second)
		if got := len(s.ended); got > 0 {
			t.Errorf("got %d more, want 0", got)
		}
	}, conn("here", "a"))
}

func TestBroadcasterSendsAnotherNodeTheNamesOfItsConnections(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		got := s.take()
		if len(got) != 1 || got[0].to != "there/gateway" {
			t.Fatalf("got %v, want one message to there/gateway", got)
		}
		m := got[0].message.(statusFanout)
		slices.Sort(m.conns)
		want := statusFanout{
			status: m.status, conns: []string{"a", "b"}, room: conn("here", "room"), broadcast: s.sequence,
		}
		if !reflect.DeepEqual(m, want) {
			t.Errorf("got %+v, want %+v", m, want)
		}
	}, conn("there", "a"), conn("there", "b"))
}

func TestBroadcasterShowsAnEmptyRoomToNobody(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		if got := s.take(); len(got) > 0 || s.throttled() {
			t.Errorf("got %v, throttled %v; want nothing, false", got, s.throttled())
		}
	})
}

func TestBroadcasterRepublishesTheWholeStatus(t *testing.T) {
	inStage(t, func(s *stage) {
		s.publish()
		s.change()
		s.expectThrottle(maxThrottle)
		s.publish()
		s.expectThrottle(maxThrottle)
		s.take()
		s.republish(s.room, false, s.subscribers)
		var got *protocol.Status
		if sent := s.take(); len(sent) == 1 {
			got = sent[0].message.(deliverStatus).status
		}
		if got == nil || got.Version != s.room.Version() || len(got.Patch) > 0 {
			t.Errorf("got %+v, want the whole status of version %d", got, s.room.Version())
		}
		if again := s.current(s.room, false); again != got {
			t.Errorf("current: got another status, want the one that was sent")
		}
	}, conn("here", "a"))
}
