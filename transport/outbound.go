package transport

import (
	"errors"
	"os"
	"time"

	"example.com/pokey/protocol"
)

// keptBuffer is up to what size a buffer goes back to the pool.
const keptBuffer = 64 << 10

// push queues a frame, or gives up on a client that has too many waiting. The
// caller holds mu, and also calls flush with it.
func (c *Conn) push(opcode byte, payload []byte) {
	if c.code != 0 {
		return
	}
	if len(payload) > protocol.MaxEvent {
		go c.server.cfg.Log.Error("an event is too long to be sent", "bytes", len(payload)) // not with mu held
		c.beginClose(protocol.CloseInternal, "internal error")
		return
	}
	if !c.out.push(opcode, payload) {
		c.beginClose(protocol.CloseSlowConsumer, "too slow")
		return
	}
	c.flush()
}

// flush writes what is queued as far as the socket takes it at once. The rest
// is for another goroutine.
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
		chunk := c.nextBatch()
		if len(chunk.bytes) == 0 {
			chunk.recycle()
			return
		}
		n, err := c.direct.write(chunk.bytes)
		c.server.counters.bytesOut.Add(uint64(n))
		switch {
		case err != nil:
			chunk.recycle()
			c.abortLocked()
			return
		case n < len(chunk.bytes):
			c.writing = true
			c.waiting = begun
			c.inFlight = len(chunk.bytes) - n
			c.updateBudget()
			go c.write(chunk, n)
			return
		}
		c.observe(begun)
		chunk.recycle()
	}
}

// write writes the chunk from n on, and then what is queued meanwhile, waiting
// for the client as long as it makes progress. It does not hold mu while it
// waits.
func (c *Conn) write(chunk batch, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.endWriting()
	begun := c.waiting
	c.waiting = 0
	for len(chunk.bytes) > 0 {
		c.mu.Unlock()
		err := c.writeAll(chunk.bytes[n:])
		c.mu.Lock()
		chunk.recycle()
		if err != nil {
			c.abortLocked()
			return
		}
		c.observe(begun)
		begun, c.waiting, n = c.waiting, 0, 0
		chunk = c.nextBatch()
		c.inFlight = len(chunk.bytes)
		c.updateBudget()
	}
	chunk.recycle()
	_ = c.raw.SetWriteDeadline(time.Time{}) // fails only when it is closed
}

// endWriting hands writing back, also when a status could not be encoded.
func (c *Conn) endWriting() {
	if cause := recover(); cause != nil {
		c.server.panicked("status", cause)
		c.abortLocked()
	}
	c.stopWriting()
}

// stopWriting says that nobody is writing any more.
func (c *Conn) stopWriting() {
	c.writing, c.waiting, c.inFlight = false, 0, 0
	c.updateBudget()
	if c.written != nil {
		close(c.written)
		c.written = nil
	}
}

// endBatch writes what was sent in a batch.
func (c *Conn) endBatch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if c.flush(); !c.writing {
		c.stopWriting()
	}
}

// writeAll writes b. A client that takes none of it for too long is cut; what
// is left of b, and then the close frame, is for it to take until the
// connection closes for good.
func (c *Conn) writeAll(b []byte) error {
	for len(b) > 0 {
		_ = c.raw.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails when closed, as Write will
		n, err := c.raw.Write(b)
		c.server.counters.bytesOut.Add(uint64(n))
		b = b[n:]
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case n == 0: // the closing timer is running from now on, or has been
			c.Close(protocol.CloseSlowConsumer, "too slow")
		}
	}
	return nil
}

// batch is what is written at once.
type batch struct {
	bytes  []byte
	buffer *[]byte // that bytes are in, from the pool; nil if they belong to others too
}

// nextBatch is what to write next, which is nothing when nothing is queued.
func (c *Conn) nextBatch() batch {
	buffer := buffers.Get().(*[]byte)
	b, shared := c.out.nextBatch((*buffer)[:0])
	c.chargeAnswer(c.out.fullBytes)
	c.out.fullBytes = 0
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
