/** Files that may be compressed by gzip (told by their content, not their name), unpacked no further than a limit. Node only. */
import { constants, gunzipSync } from 'node:zlib'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { readLimited, reasonOf } from '../support/files.ts'

export const FETCH_AGAIN = 'Fetch the file again, or check that it is the one meant.'

/** Deflate can't make more of one byte (RFC 1951: 258 bytes out of two bits). */
const LARGEST_RATIO = 1032
/** Compressed bytes in which any honest beginning is. */
const FIRST_PART = 4096
/** What packing may add to what can't be packed: stored blocks, the file's name and comment. */
const PACKING = 2 ** 20

/** Whether the bytes begin as gzip's do (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * A file's bytes, unpacked where they are packed. Throws a `data` error where it can't be read or unpacked, or has more
 * than `limit` bytes, packed or not; never more than about twice as many are held.
 */
export function readUnpacked(file: string, limit: number): Uint8Array {
  const bytes = readPacked(file, limit)
  if (isGzip(bytes)) return gunzipLimited(bytes, file, limit)
  if (bytes.length <= limit) return bytes
  throw tooLarge(file, `at most ${grouped(limit)} bytes`, grouped(bytes.length))
}

/** A file's bytes as they are, where they may be those of a packed file of `limit` bytes. Throws as `readUnpacked` does. */
export function readPacked(file: string, limit: number): Uint8Array {
  return readLimited(file, { code: 'data', limit: limit + PACKING, remedy: FETCH_AGAIN })
}

/**
 * The bytes that gzip packed, all members of them; `file` is their name in errors, and `promise` says where the limit
 * comes from, as in `, as its header says`. Throws a `data` error where they are cut off, changed, followed by something
 * else, or unpack to more than `limit` bytes: unpacking stops there.
 */
export function gunzipLimited(packed: Uint8Array, file: string, limit: number, promise?: string): Uint8Array {
  const { bytes, used } = unpack(packed, file, limit, constants.Z_FINISH, promise)
  // zlib stops without a word at a zero byte after the end: zeros pad a file to whole blocks of a tape.
  if (packed.subarray(used).some((byte) => byte !== 0)) throw broken(file, OTHER_BYTES)
  return bytes
}

/** What the first bytes unpack to: a header, if there is one. Throws as `gunzipLimited` does. */
export function gunzipBeginning(packed: Uint8Array, file: string): Uint8Array {
  return unpack(packed.subarray(0, FIRST_PART), file, FIRST_PART * LARGEST_RATIO, constants.Z_SYNC_FLUSH).bytes
}

const OTHER_BYTES = 'there is something else after the end of the packed data'

/** With Z_SYNC_FLUSH the packed bytes may end anywhere. `used` counts those that were read. */
function unpack(packed: Uint8Array, file: string, limit: number, finishFlush: number, promise?: string) {
  try {
    return outcome(gunzipSync(packed, { maxOutputLength: limit, finishFlush, info: true }))
  } catch (error) {
    // What zlib throws past maxOutputLength.
    if (error instanceof RangeError) {
      const expected = promise === undefined ? `at most ${grouped(limit)} bytes` : `${grouped(limit)} bytes`
      throw tooLarge(file, `${expected} after unpacking${promise ?? ''}`, 'more')
    }
    throw broken(file, whyNot(packed, error))
  }
}

/** With `info`, zlib gives the bytes and the engine that counted what it read, which its types don't tell. */
function outcome(result: unknown): { bytes: Uint8Array; used: number } {
  if (typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result) {
    const { buffer, engine } = result
    const used = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine ? engine.bytesWritten : null
    if (buffer instanceof Uint8Array && typeof used === 'number') return { bytes: buffer, used }
  }
  throw new IsobathError('internal', 'broken invariant: zlib gives the bytes and its engine')
}

/**
 * The `data` error for what zlib threw on a file that begins with these bytes (four are enough); without an error, for
 * bytes after its end.
 */
export function unpackingError(file: string, beginning: Uint8Array, error?: unknown): IsobathError {
  return broken(file, error === undefined ? OTHER_BYTES : whyNot(beginning, error))
}

/** zlib's few words, as a sentence. */
function whyNot(packed: Uint8Array, error: unknown): string {
  const reason = reasonOf(error)
  if (reason === 'unexpected end of file') return 'the packed data is cut off'
  if (reason === 'incorrect data check') return "the unpacked bytes don't have the checksum that was stored with them"
  if (reason === 'incorrect length check') return "the unpacked bytes don't have the length that was stored with them"
  // The header of a member: the first one's is told by its method and its flags, so this must be a later one's.
  const startsWell = packed[2] === 8 && (packed[3] & 0xe0) === 0
  if (/^(incorrect header|unknown compression|unknown header)/.test(reason) && startsWell) return OTHER_BYTES
  return `the packed data is broken (${reason})`
}

function broken(file: string, problem: string): IsobathError {
  return new IsobathError('data', `${file}: can't be unpacked: ${problem}. ${FETCH_AGAIN}`)
}

function tooLarge(file: string, expected: string, found: string): IsobathError {
  return new IsobathError('data', `${file}: expected ${expected}, got ${found}. ${FETCH_AGAIN}`)
}
