package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"
)

const (
	roomVersion = 1
	roomBytes   = 25
	roomChars   = 40
	tagBytes    = 8
	ownerAt     = 9  // where the owner tag begins
	idAt        = 17 // where the id tag begins
	nonceBits   = 24
	maxCreated  = 1<<40 - 1
)

// ErrRoomID is returned for everything that is not a room id made with a master of
// the ring, in its one canonical spelling. It does not say why.
var ErrRoomID = errors.New("identity: not a room id")

var roomEpoch = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Room is what a room id tells about its room.
type Room struct {
	Created time.Time // when the id was minted, to the millisecond, UTC; later if the clock was set back
}

// NewRoomID returns the id of a new room of the user owner. A Keys makes no id twice,
// whatever the clock does: if now is before the newest id, the id has that one's time.
// now is rounded down to the millisecond, and clamped to the range from 2024 to 2058.
//
// NewRoomID panics if owner is not a user id: nobody could ever own that room.
func (k *Keys) NewRoomID(owner string, now time.Time) string {
	created := min(max(now.Sub(roomEpoch).Milliseconds(), 0), maxCreated)
	return k.mint(owner, k.unique(uint64(created)))
}

// unique returns a time with a nonce, which is more than any before. The first nonce of
// a millisecond is random, and the next ones count up, because 24 random bits would
// repeat within some thousand ids.
func (k *Keys) unique(created uint64) uint64 {
	for {
		last := k.lastMint.Load()
		next := last + 1
		if created > last>>nonceBits {
			var b [4]byte
			_, _ = rand.Read(b[:]) // never fails
			next = created<<nonceBits | uint64(binary.BigEndian.Uint32(b[:])>>(32-nonceBits))
		}
		if k.lastMint.CompareAndSwap(last, next) {
			return next
		}
	}
}

func (k *Keys) mint(owner string, stamp uint64) string {
	var user [userBytes]byte
	if !decode(user[:], owner) {
		panic("identity: the owner of a new room is not a user id")
	}
	minter := &k.ring[0]
	var id [roomBytes]byte
	binary.BigEndian.PutUint64(id[1:], stamp)
	id[0] = roomVersion<<4 | minter.id
	copy(id[ownerAt:], minter.ownerTag(id[:], user[:]))
	copy(id[idAt:], minter.idTag(id[:]))
	return crockford.EncodeToString(id[:])
}

// Room reads a room id from an untrusted source. It returns [ErrRoomID] unless the
// id is genuine and canonical. It costs a few hashes and nothing else.
func (k *Keys) Room(id string) (Room, error) {
	raw, _, err := k.verify(id)
	if err != nil {
		return Room{}, err
	}
	created := binary.BigEndian.Uint64(raw[1:9]) >> nonceBits
	return Room{Created: roomEpoch.Add(time.Duration(created) * time.Millisecond)}, nil
}

// Owns reports whether room is a genuine room id that was minted for user.
func (k *Keys) Owns(user, room string) bool {
	var id [userBytes]byte
	if !decode(id[:], user) {
		return false
	}
	raw, by, err := k.verify(room)
	if err != nil {
		return false
	}
	return hmac.Equal(raw[ownerAt:idAt], by.ownerTag(raw[:], id[:]))
}

// verify returns the bytes of a genuine room id and the key that made it.
func (k *Keys) verify(id string) (raw [roomBytes]byte, by *key, err error) {
	if !decode(raw[:], id) || raw[0]>>4 != roomVersion {
		return raw, nil, ErrRoomID
	}
	for i := range k.ring {
		by = &k.ring[i]
		if by.id == raw[0]&0x0f && hmac.Equal(raw[idAt:], by.idTag(raw[:])) {
			return raw, by, nil
		}
	}
	return raw, nil, ErrRoomID
}

func (k *key) ownerTag(id, user []byte) []byte {
	h := hmac.New(sha256.New, k.owner)
	h.Write([]byte("owner\x00"))
	h.Write(id[:ownerAt])
	h.Write(user)
	return h.Sum(nil)[:tagBytes]
}

func (k *key) idTag(id []byte) []byte {
	h := hmac.New(sha256.New, k.room)
	h.Write([]byte("id\x00"))
	h.Write(id[:idAt])
	return h.Sum(nil)[:tagBytes]
}
