package transport

import (
	"encoding/binary"

	"example.com/pokey/protocol"
)

// The opcodes of RFC 6455 that matter here.
const (
	opContinuation = 0x0
	opText         = 0x1
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// maskBytes is how long the mask of a client's frame is.
const maskBytes = 4

// appendFrame appends a whole unmasked frame, as servers send them.
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

// frames follows the frames in what a client sends, ahead of the library, for
// what the library does not see to: a message is measured by its frames'
// headers, before its content arrives; unmasked frames get an answer; and frames
// that bring no message nearer are counted.
type frames struct {
	header [10]byte // up to the length
	have   int      // bytes of it
	left   int64    // mask and payload of the frame that are still to come
	size   int64    // of the message up to here
	open   bool     // a message has begun and not ended
	ended  uint32   // counts the times nothing was under way any more
}

// midway says whether a frame or message has begun and not ended.
func (f *frames) midway() bool { return f.open || f.have > 0 }

// scan reads on. It returns how many bytes may be passed on, how many frames
// among them were overhead (control frames, and fragments other than the last),
// and the code to close with if the next byte begins a frame that is not
// acceptable; zero if there is none.
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

// beginFrame judges a header that is complete.
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

// endFrame closes the books on a frame that has all arrived.
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
