/**
 * Reads files that may be compressed by gzip, and unpacks no more bytes than a given limit. The content of a file, not
 * its name, shows whether the file is compressed. Node only.
 */
import { constants, gunzipSync } from 'node:zlib'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { readLimited, reasonOf } from '../support/files.ts'

/** The remedy for a broken file, as a sentence of an error message. */
export const FETCH_AGAIN = 'Fetch the file again, or check that you named the right file.'

/** Largest number of bytes that one compressed byte can unpack to (RFC 1951: 258 bytes from two bits). */
const LARGEST_RATIO = 1032
/** Number of compressed bytes that always contain the whole header of a valid file. */
const FIRST_PART = 4096
/**
 * Largest number of bytes that packing can add to incompressible data: stored blocks, the file's name and a comment.
 */
const PACKING = 2 ** 20

/** Returns whether the bytes begin like a gzip file (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * Reads a file's bytes, and unpacks a packed file. The memory use is at most about twice `limit`. Throws a `data` error
 * if the file can't be read or unpacked, or has more than `limit` bytes, packed or unpacked.
 */
export function readUnpacked(file: string, limit: number): Uint8Array {
  const bytes = readPacked(file, limit)
  if (isGzip(bytes)) return gunzipLimited(bytes, file, limit)
  if (bytes.length <= limit) return bytes
  throw tooLarge(file, `at most ${grouped(limit)} bytes`, grouped(bytes.length))
}

/**
 * Reads a file's bytes without unpacking the file. A file is refused if it is too large to be the packed form of at
 * most `limit` bytes. Throws the same errors as `readUnpacked`.
 */
export function readPacked(file: string, limit: number): Uint8Array {
  return readLimited(file, { code: 'data', limit: limit + PACKING, remedy: FETCH_AGAIN })
}

/**
 * Unpacks all members of gzip data. `file` is the file's name in error messages. `promise` is a phrase for error
 * messages that names the source of the limit, such as `, as the header of the file says`.
 *
 * Throws a `data` error if the packed data is cut off, changed, or followed by other data. Throws a `data` error if the
 * data unpacks to more than `limit` bytes, and stops unpacking at the limit.
 */
export function gunzipLimited(packed: Uint8Array, file: string, limit: number, promise?: string): Uint8Array {
  const { bytes, used } = unpack(packed, file, limit, constants.Z_FINISH, promise)
  // zlib ends silently at a zero byte after the packed data. Zeros after the packed data are allowed, because they pad
  // files to tape blocks.
  if (packed.subarray(used).some((byte) => byte !== 0)) throw broken(file, OTHER_BYTES)
  return bytes
}

/**
 * Unpacks the first bytes of a packed file, which are enough for a header. Throws the same errors as `gunzipLimited`.
 */
export function gunzipBeginning(packed: Uint8Array, file: string): Uint8Array {
  return unpack(packed.subarray(0, FIRST_PART), file, FIRST_PART * LARGEST_RATIO, constants.Z_SYNC_FLUSH).bytes
}

const OTHER_BYTES = 'other data follows the end of the packed data'

/**
 * Unpacks the bytes `packed`. With Z_SYNC_FLUSH as `finishFlush`, the packed bytes may be cut off anywhere. In the
 * result, `used` is the number of packed bytes that zlib has read.
 */
function unpack(packed: Uint8Array, file: string, limit: number, finishFlush: number, promise?: string) {
  try {
    return outcome(gunzipSync(packed, { maxOutputLength: limit, finishFlush, info: true }))
  } catch (error) {
    // zlib throws a RangeError if the output exceeds maxOutputLength.
    if (error instanceof RangeError) {
      const expected = promise === undefined ? `at most ${grouped(limit)} bytes` : `${grouped(limit)} bytes`
      throw tooLarge(file, `${expected} after unpacking${promise ?? ''}`, 'more')
    }
    throw broken(file, whyNot(packed, error))
  }
}

/**
 * With the option `info`, zlib returns the unpacked bytes and its engine, which counts the packed bytes read. Node's
 * types don't describe the engine of zlib.
 */
function outcome(result: unknown): { bytes: Uint8Array; used: number } {
  if (typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result) {
    const { buffer, engine } = result
    const used = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine ? engine.bytesWritten : null
    if (buffer instanceof Uint8Array && typeof used === 'number') return { bytes: buffer, used }
  }
  throw new IsobathError('internal', 'broken invariant: zlib gives the bytes and its engine')
}

/**
 * Creates the `data` error for an error of zlib. `beginning` holds the file's first bytes, of which four are enough. If
 * `error` is undefined, the problem is other data after the end of the packed data.
 */
export function unpackingError(file: string, beginning: Uint8Array, error?: unknown): IsobathError {
  return broken(file, error === undefined ? OTHER_BYTES : whyNot(beginning, error))
}

/** Turns zlib's error message into a clause for the user. */
function whyNot(packed: Uint8Array, error: unknown): string {
  const reason = reasonOf(error)
  if (reason === 'unexpected end of file') return 'the packed data is cut off'
  if (reason === 'incorrect data check') return "the unpacked bytes don't have the checksum that was stored with them"
  if (reason === 'incorrect length check') return "the unpacked bytes don't have the length that was stored with them"
  // If the first gzip member has a valid method and valid flags, the bad header belongs to a later member.
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
