/** Reads named files from a tar archive packed by gzip, without holding the archive in memory. Node only. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { IsobathError } from '../support/errors.ts'
import { reasonOf } from '../support/files.ts'
import { FETCH_AGAIN, unpackingError } from './gzip.ts'

const BLOCK = 512
/** Largest number of bytes of an unpacked archive, far above the size of any archive of the known data sets. */
const LARGEST = 2 ** 30

/** A file to read from an archive, and its size in bytes. */
export interface Wanted {
  readonly name: string
  readonly bytes: number
}

/**
 * Calls `take` with each wanted file of the archive, identified by the last part of its path. All other files are
 * skipped. For safety, a path in the archive is never used as a path on the disk. Throws a `data` error if the archive
 * is broken, or if a wanted file is missing or has another size. Errors of `take` are not caught.
 */
export async function readArchive(
  archive: string,
  wanted: readonly Wanted[],
  take: (name: string, bytes: Uint8Array) => void,
): Promise<void> {
  const broken = (problem: string): IsobathError => new IsobathError('data', `${archive}: ${problem}. ${FETCH_AGAIN}`)
  const packed = createReadStream(archive)
  const unpacked = packed.pipe(createGunzip({ chunkSize: 2 ** 18 }))
  let beginning: Uint8Array = new Uint8Array(0)
  let readError: Error | undefined
  let unpackError: Error | undefined
  packed.once('data', (piece) => {
    if (piece instanceof Uint8Array) beginning = piece.subarray(0, 4)
  })
  packed.on('error', (error) => {
    readError = error
    unpacked.destroy(error)
  })
  unpacked.on('error', (error) => {
    unpackError = error
  })
  const bytes = new ExactReader(unpacked)
  const missing = new Set(wanted.map(({ name }) => name))
  try {
    for (let header = await bytes.read(BLOCK); header?.some((byte) => byte !== 0); header = await bytes.read(BLOCK)) {
      const { name, size, isFile } = parseHeader(header)
      const file = isFile ? wanted.find((one) => one.name === name) : undefined
      const padding = (BLOCK - (size % BLOCK)) % BLOCK
      if (!(bytes.total + size <= LARGEST)) throw broken('expected a tar archive of at most 1 GiB, got something else')
      if (file !== undefined) {
        if (size !== file.bytes) throw broken(`${name}: expected ${file.bytes} bytes, got ${size}`)
        const content = await bytes.read(size)
        if (content === null) throw broken(`${name}: the archive is cut off`)
        take(name, content)
        missing.delete(name)
        await bytes.skip(padding)
      } else await bytes.skip(size + padding)
    }
    // Read to the end of the archive, where gzip stores the checksum of all bytes.
    if (!(await bytes.drain(LARGEST))) throw broken('expected a tar archive of at most 1 GiB, got more')
  } catch (error) {
    if (error !== unpackError) throw error
    throw error === readError ? broken(`can't be read (${reasonOf(error)})`) : unpackingError(archive, beginning, error)
  } finally {
    packed.destroy()
    unpacked.destroy()
  }
  if (missing.size > 0) throw broken(`expected ${[...missing].join(', ')} in the archive, found no file of that name`)
}

/** Parses the header of an archive member (POSIX.1-1988, ustar). The size is NaN if the header has no valid size. */
function parseHeader(header: Uint8Array): { name: string; size: number; isFile: boolean } {
  const text = (start: number, length: number): string =>
    new TextDecoder('latin1').decode(header.subarray(start, start + length)).replace(/\0.*$/s, '')
  const octal = text(124, 12).trim()
  const size = /^[0-7]+$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN
  const type = header[156]
  return { name: text(0, 100).split('/').at(-1) ?? '', size, isFile: type === 0 || type === 0x30 }
}

/** Reads exact numbers of bytes from a stream. */
class ExactReader {
  /** Number of bytes that were read or skipped. */
  total = 0
  private readonly pieces: AsyncIterator<Uint8Array>
  private rest: Uint8Array = new Uint8Array(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.pieces = stream[Symbol.asyncIterator]()
  }

  /** Reads `count` bytes. Returns null if the stream ends before `count` bytes were read. */
  async read(count: number): Promise<Uint8Array | null> {
    const result = new Uint8Array(count)
    let filled = 0
    const whole = await this.each(count, (piece) => {
      result.set(piece, filled)
      filled += piece.length
    })
    return whole ? result : null
  }

  async skip(count: number): Promise<void> {
    await this.each(count, () => {})
  }

  /** Reads to the end of the stream. Returns false if the stream has more than `limit` bytes in total. */
  async drain(limit: number): Promise<boolean> {
    while (this.total <= limit) {
      const next = await this.pieces.next()
      if (next.done) return true
      this.total += next.value.length
    }
    return false
  }

  private async each(count: number, use: (piece: Uint8Array) => void): Promise<boolean> {
    this.total += count
    for (let left = count; left > 0; ) {
      if (this.rest.length === 0) {
        const next = await this.pieces.next()
        if (next.done) return false
        this.rest = next.value
      }
      const piece = this.rest.subarray(0, left)
      use(piece)
      this.rest = this.rest.subarray(piece.length)
      left -= piece.length
    }
    return true
  }
}
