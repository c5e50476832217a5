package boltstore

import (
	"encoding/binary"
	"hash/crc32"

	"example.com/pokey/store"
)

// An envelope is a record in the file, without its key:
//
//	byte  0      envelope version = 1
//	byte  1..8   revision, big endian
//	byte  9..16  expires, milliseconds since 1970, big endian; 0 means never
//	byte 17..20  CRC-32C over the key, bytes 0..16 and the data, big endian
//	byte 21..    data
const (
	envelopeVersion = 1
	envelopeSum     = 17 // where the checksum begins
	envelopeData    = 21 // where the data begins
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// wrap returns the envelope of a record.
func wrap(r store.Record) []byte {
	b := make([]byte, envelopeData, envelopeData+len(r.Data))
	b[0] = envelopeVersion
	binary.BigEndian.PutUint64(b[1:], uint64(r.Revision))
	binary.BigEndian.PutUint64(b[9:], uint64(store.Millis(r.Expires)))
	b = append(b, r.Data...)
	binary.BigEndian.PutUint32(b[envelopeSum:], checksum([]byte(r.Key), b))
	return b
}

// unwrap returns the record in the envelope found under a key, or ErrCorrupt. The
// record's data is part of the envelope.
func unwrap(key, b []byte) (store.Record, error) {
	if len(b) < envelopeData || b[0] != envelopeVersion ||
		binary.BigEndian.Uint32(b[envelopeSum:]) != checksum(key, b) {
		return store.Record{}, store.ErrCorrupt
	}
	return store.Record{
		Key:      string(key),
		Revision: store.Revision(binary.BigEndian.Uint64(b[1:])),
		Expires:  store.FromMillis(int64(binary.BigEndian.Uint64(b[9:]))),
		Data:     b[envelopeData:],
	}, nil
}

func checksum(key, envelope []byte) uint32 {
	sum := crc32.Update(0, castagnoli, key)
	sum = crc32.Update(sum, castagnoli, envelope[:envelopeSum])
	return crc32.Update(sum, castagnoli, envelope[envelopeData:])
}
