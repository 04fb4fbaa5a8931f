// Protocol-buffers wire format: just enough to write (https://protobuf.dev/programming-guides/encoding/).

const utf8 = new TextEncoder()

/** Grows a byte buffer field by field. Nested messages are written apart and embedded with `bytes`. */
export class WireWriter {
  private buffer = new Uint8Array(256)
  private length = 0

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }

  /** Any integer field; negatives take ten bytes, as int64 does. */
  integer(field: number, value: number | bigint): this {
    this.varint(BigInt(field << 3))
    return this.varint(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): this {
    this.varint(BigInt((field << 3) | 5))
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.raw(bytes)
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(BigInt((field << 3) | 2))
    this.varint(BigInt(value.length))
    return this.raw(value)
  }

  message(field: number, write: (nested: WireWriter) => void): this {
    const nested = new WireWriter()
    write(nested)
    return this.bytes(field, nested.finish())
  }

  private varint(value: bigint): this {
    const bytes: number[] = []
    let rest = value
    do {
      bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
      rest >>= 7n
    } while (rest > 0n)
    return this.raw(Uint8Array.from(bytes))
  }

  private raw(bytes: Uint8Array): this {
    const needed = this.length + bytes.length
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2))
      grown.set(this.buffer.subarray(0, this.length))
      this.buffer = grown
    }
    this.buffer.set(bytes, this.length)
    this.length = needed
    return this
  }
}
