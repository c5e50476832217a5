package transport

import (
	"errors"
	"os"
	"time"

	"example.com/pokey/protocol"
)

// keptBuffer is the capacity in bytes up to which a buffer goes back to the pool.
const keptBuffer = 64 << 10

// push queues a frame, or closes the connection if too much is waiting. The caller
// holds mu, here and in flush.
func (c *Conn) push(opcode byte, payload []byte) {
	if c.code != 0 {
		return
	}
	if len(payload) > protocol.MaxEvent {
		go c.server.cfg.Log.Error("an event is too long to be sent", "bytes", len(payload)) // without mu: a log may be slow
		c.beginClose(protocol.CloseInternal, "internal error")
		return
	}
	if !c.out.push(opcode, payload) {
		c.beginClose(protocol.CloseSlowConsumer, "too slow")
		return
	}
	c.flush()
}

// flush writes what is queued as far as the socket takes it at once. Another
// goroutine writes the rest.
func (c *Conn) flush() {
	if c.writing {
		if c.waiting == 0 {
			c.waiting = c.server.now()
		}
		if c.inFlight > 0 {
			c.updateBudget()
		}
		return
	}
	begun := c.server.now()
	for {
		next, err := c.nextBatch()
		n := 0
		if err == nil {
			if len(next.bytes) == 0 {
				next.recycle()
				return
			}
			n, err = c.direct.write(next.bytes)
		}
		c.server.counters.bytesOut.Add(uint64(n))
		switch {
		case err != nil:
			next.recycle()
			c.abortLocked()
			return
		case n < len(next.bytes):
			c.writing = true
			c.waiting = begun
			c.inFlight = len(next.bytes) - n
			c.updateBudget()
			go c.write(next, n)
			return
		}
		c.observe(begun)
		next.recycle()
	}
}

// write writes the batch from n on, and then what is queued meanwhile. It waits for
// a client that makes progress, and does not hold mu while it waits.
func (c *Conn) write(next batch, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.endWriting()
	begun := c.waiting
	c.waiting = 0
	for len(next.bytes) > 0 {
		c.mu.Unlock()
		err := c.writeAll(next.bytes[n:])
		c.mu.Lock()
		next.recycle()
		if err != nil {
			c.abortLocked()
			return
		}
		c.observe(begun)
		begun, c.waiting, n = c.waiting, 0, 0
		if next, err = c.nextBatch(); err != nil {
			next.recycle()
			c.abortLocked()
			return
		}
		c.inFlight = len(next.bytes)
		c.updateBudget()
	}
	next.recycle()
	_ = c.wire.SetWriteDeadline(time.Time{}) // fails only on a closed connection
}

// endWriting ends write, even if encoding a status has panicked.
func (c *Conn) endWriting() {
	if cause := recover(); cause != nil {
		c.server.panicked("status", cause)
		c.abortLocked()
	}
	c.stopWriting()
}

// stopWriting notes that nobody is writing any more.
func (c *Conn) stopWriting() {
	c.writing, c.waiting, c.inFlight = false, 0, 0
	c.updateBudget()
	if c.written != nil {
		close(c.written)
		c.written = nil
	}
}

// endBatch writes what was sent during a batch.
func (c *Conn) endBatch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if c.flush(); !c.writing {
		c.stopWriting()
	}
}

// writeAll writes b. It closes a connection that takes none of it for writeTimeout;
// the client may then still read the rest and the close frame, until the connection
// closes for good.
func (c *Conn) writeAll(b []byte) error {
	for len(b) > 0 {
		_ = c.wire.SetWriteDeadline(time.Now().Add(writeTimeout)) // if it fails, Write fails too
		n, err := c.wire.Write(b)
		c.server.counters.bytesOut.Add(uint64(n))
		b = b[n:]
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case n == 0: // this starts the closing timer, if it is not running
			c.Close(protocol.CloseSlowConsumer, "too slow")
		}
	}
	return nil
}

// batch has the frames that are written at once.
type batch struct {
	bytes  []byte
	buffer *[]byte // of bytes, from the pool; nil if bytes are shared
}

// nextBatch returns what to write next, sealed, which is empty if nothing is queued.
func (c *Conn) nextBatch() (batch, error) {
	next := c.nextFrames()
	if c.sealer == nil || len(next.bytes) == 0 {
		return next, nil
	}
	defer next.recycle()
	buffer := buffers.Get().(*[]byte)
	sealed, err := c.sealer.seal((*buffer)[:0], next.bytes)
	*buffer = sealed
	return batch{sealed, buffer}, err
}

// nextFrames returns the frames to write next.
func (c *Conn) nextFrames() batch {
	buffer := buffers.Get().(*[]byte)
	b, shared := c.out.nextBatch((*buffer)[:0])
	if c.out.fullBytes > 0 {
		c.chargeAnswer(c.out.fullBytes)
		c.out.fullBytes = 0
	}
	if shared {
		buffers.Put(buffer)
		return batch{bytes: b}
	}
	*buffer = b
	return batch{b, buffer}
}

func (c batch) recycle() {
	if c.buffer != nil && cap(*c.buffer) <= keptBuffer {
		buffers.Put(c.buffer)
	}
}

func (c *Conn) observe(since time.Duration) {
	if c.server.cfg.Observe != nil {
		c.server.cfg.Observe(c.server.now() - since)
	}
}
