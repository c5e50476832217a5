package record

import (
	"fmt"

	"google.golang.org/protobuf/proto"
)

// EncodeUser is a user's record.
func EncodeUser(u *User) []byte { return encode(u) }

// DecodeUser reads a user's record.
func DecodeUser(data []byte) (*User, error) {
	u := &User{}
	if err := proto.Unmarshal(data, u); err != nil {
		return nil, fmt.Errorf("%w: a user of %d bytes", errForm, len(data))
	}
	return u, nil
}

// Texts are ids as a [User] has them, and IDs the reverse.
func Texts[T ~string](ids []T) []string { return convert[string](ids) }

// IDs are the ids that a [User] has as texts.
func IDs[T ~string](texts []string) []T { return convert[T](texts) }
