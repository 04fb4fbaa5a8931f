// Unpacks the pages of a Parquet file, never to more bytes than a page's header says.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

type Unpack = (input: Uint8Array, length: number) => Uint8Array

/** The library's own would unpack Zstandard and Brotli to whatever they hold. */
const bounded =
  (unpack: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Unpack =>
  (input, length) =>
    length === 0 ? new Uint8Array() : unpack(input, { maxOutputLength: length })

/** Gzip, Brotli and Zstandard by Node; Snappy and LZ4 by the library, which fills an array of the length. */
export const unpackers: Compressors = {
  ...compressors,
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
}
