package record

import (
	"fmt"

	"google.golang.org/protobuf/proto"
)

// EncodeUser returns a user's record as it is stored.
func EncodeUser(u *User) []byte { return encode(u) }

// DecodeUser reads what EncodeUser has written.
func DecodeUser(data []byte) (*User, error) {
	u := &User{}
	if err := proto.Unmarshal(data, u); err != nil {
		return nil, fmt.Errorf("%w: a user of %d bytes", errForm, len(data))
	}
	return u, nil
}

// Texts returns IDs as a [User] has them.
func Texts[T ~string](ids []T) []string { return convert[string](ids) }

// IDs returns the reverse of [Texts].
func IDs[T ~string](texts []string) []T { return convert[T](texts) }
