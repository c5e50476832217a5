package transport

import (
	"encoding/binary"

	"example.com/pokey/protocol"
)

// The opcodes of RFC 6455 that are used here.
const (
	opContinuation = 0x0
	opText         = 0x1
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// maskBytes is the length of the mask of a client's frame.
const maskBytes = 4

// appendFrame appends a whole unmasked frame, which is what servers send.
func appendFrame(dst []byte, opcode byte, payload []byte) []byte {
	return append(appendHeader(dst, opcode, len(payload)), payload...)
}

func appendHeader(dst []byte, opcode byte, n int) []byte {
	dst = append(dst, 0x80|opcode)
	switch {
	case n < 126:
		return append(dst, byte(n))
	case n < 1<<16:
		dst = append(dst, 126)
		return binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, 127)
		return binary.BigEndian.AppendUint64(dst, uint64(n))
	}
}

// frames parses the headers of a client's frames ahead of the library, for what the
// library does not do. It measures a message before its content has arrived,
// refuses unmasked frames with a close code, and counts frames that carry no
// message.
type frames struct {
	header [10]byte // the first bytes of a frame, with its length
	have   int      // bytes of header that have arrived
	left   int64    // bytes of the frame's mask and payload to come
	size   int64    // bytes of the message so far
	open   bool     // a message has begun and not ended
	ended  uint32   // how often frames and messages have ended
}

// midway reports whether a frame or message has begun and not ended.
func (f *frames) midway() bool { return f.open || f.have > 0 }

// scan continues with p. It returns how many bytes of p may be passed on, how many
// frames among them were overhead (control frames, and fragments other than the
// last), and the code to close with if the next frame is not acceptable, else zero.
func (f *frames) scan(p []byte) (good, overhead int, fault protocol.CloseCode) {
	for i := 0; i < len(p); {
		if f.left > 0 {
			n := min(f.left, int64(len(p)-i))
			f.left -= n
			i += int(n)
			if f.left == 0 {
				f.endFrame()
			}
			continue
		}
		if f.have == 0 {
			good = i
		}
		f.header[f.have] = p[i]
		f.have++
		i++
		if f.have < f.headerLength() {
			continue
		}
		if fault = f.beginFrame(); fault != 0 {
			return good, overhead, fault
		}
		if f.control() || !f.final() {
			overhead++
		}
	}
	return len(p), overhead, 0
}

func (f *frames) final() bool   { return f.header[0]&0x80 != 0 }
func (f *frames) control() bool { return f.header[0]&0x08 != 0 }

func (f *frames) headerLength() int {
	if f.have < 2 {
		return 2
	}
	switch f.header[1] & 0x7f {
	case 126:
		return 4
	case 127:
		return 10
	default:
		return 2
	}
}

// beginFrame checks a complete header.
func (f *frames) beginFrame() protocol.CloseCode {
	length, shortest := uint64(f.header[1]&0x7f), uint64(0)
	switch length {
	case 126:
		length, shortest = uint64(binary.BigEndian.Uint16(f.header[2:])), 126
	case 127:
		length, shortest = binary.BigEndian.Uint64(f.header[2:]), 1<<16
	}
	masked := f.header[1]&0x80 != 0
	switch {
	case !masked, length < shortest, length >= 1<<63, f.control() && length > 125:
		return protocol.CloseProtocol
	case f.control():
		f.left = int64(length) + maskBytes
		return 0
	case f.header[0]&0x0f != opContinuation:
		f.size = 0
	}
	if length > uint64(protocol.MaxMessage-f.size) {
		return protocol.CloseTooBig
	}
	f.left = int64(length) + maskBytes
	f.size += int64(length)
	f.open = true
	return 0
}

// endFrame updates the state after a whole frame.
func (f *frames) endFrame() {
	f.have = 0
	if !f.control() && f.final() {
		f.open = false
		f.size = 0
	}
	if !f.open {
		f.ended++
	}
}
