// Protocol-buffers wire format: just enough to write (https://protobuf.dev/programming-guides/encoding/).

const utf8 = new TextEncoder()

/** Grows a byte buffer field by field. */
export class WireWriter {
  private buffer = new Uint8Array(4096)
  private length = 0

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }

  /** Any integer field; negatives take ten bytes, as int64 does. */
  integer(field: number, value: number | bigint): this {
    this.varint(field << 3)
    return typeof value === 'number' && value >= 0 ? this.varint(value) : this.long(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): this {
    this.varint((field << 3) | 5)
    const at = this.grow(4)
    new DataView(this.buffer.buffer).setFloat32(at, value, true)
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint((field << 3) | 2)
    this.varint(value.length)
    const at = this.grow(value.length)
    this.buffer.set(value, at)
    return this
  }

  /** A nested message: written in place, then shifted by the bytes of its length. */
  message(field: number, write: (nested: this) => void): this {
    this.varint((field << 3) | 2)
    const start = this.length
    write(this)
    const end = this.length
    this.varint(end - start)
    const size = this.buffer.slice(end, this.length)
    this.buffer.copyWithin(start + size.length, start, end)
    this.buffer.set(size, start)
    return this
  }

  /** A whole number from zero up. */
  private varint(value: number): this {
    let rest = value
    // Shifts would cut numbers off at 32 bits.
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80)
    return this.byte(rest)
  }

  private long(value: bigint): this {
    let rest = value
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80)
    return this.byte(Number(rest))
  }

  private byte(value: number): this {
    const at = this.grow(1)
    this.buffer[at] = value
    return this
  }

  /** Grows the buffer by so many bytes and returns where they begin. */
  private grow(bytes: number): number {
    const at = this.length
    this.length += bytes
    if (this.length > this.buffer.length) {
      const grown = new Uint8Array(Math.max(this.length, this.buffer.length * 2))
      grown.set(this.buffer.subarray(0, at))
      this.buffer = grown
    }
    return at
  }
}
