import { IsobathError } from '../support/errors.ts'
import { FETCH_AGAIN, gunzipBeginning, gunzipLimited, isGzip, readPacked } from './gzip.ts'

/** An array of bytes of any rank, the last index fastest, as an IDX file holds it (the format of MNIST). */
export interface IdxArray {
  readonly sizes: readonly number[]
  readonly values: Uint8Array
}

/** The largest array that is read: over twenty times MNIST, and far below what would exhaust a small machine. */
const LARGEST = 2 ** 30
const MAGIC_NUMBER_SIZE = 4
const HIGHEST_RANK = 16
const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file of unsigned bytes, plain or compressed by gzip (told by its content, not its name).
 *
 * Its layout (LeCun, Cortes, Burges, "The MNIST database"): two zero bytes, the element type (8: unsigned byte), the
 * rank, then each size as a big-endian 32-bit integer, then the elements. No more is unpacked than the header declares,
 * so that a small file can't fill the memory.
 *
 * Throws a `data` error that names the file when it can't be read, isn't such a file, declares more than 1 GiB, or holds
 * fewer or more bytes than it declares.
 */
export function readIdx(file: string): IdxArray {
  return parsePackedIdx(readPacked(file, LARGEST), file)
}

/** The array in the bytes of an IDX file, which may be packed by gzip. Throws as `readIdx` does. */
export function parsePackedIdx(bytes: Uint8Array, file: string): IdxArray {
  if (!isGzip(bytes)) return parseIdx(bytes, file)
  const { headerSize, count } = parseHeader(gunzipBeginning(bytes, file), file)
  return parseIdx(gunzipLimited(bytes, file, headerSize + count, ', as its header says'), file)
}

/** The array in the bytes of an IDX file; `file` is its name in error messages. Throws as `readIdx` does. */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const { sizes, headerSize, count } = parseHeader(bytes, file)
  if (bytes.length !== headerSize + count) {
    throw new IsobathError(
      'data',
      `${file}: expected ${headerSize + count} bytes (${sizes.join(' x ')} after a header of ${headerSize}), ` +
        `got ${bytes.length}. ${FETCH_AGAIN}`,
    )
  }
  return { sizes, values: bytes.subarray(headerSize) }
}

function parseHeader(bytes: Uint8Array, file: string): { sizes: number[]; headerSize: number; count: number } {
  const rank = bytes[3]
  const headerSize = MAGIC_NUMBER_SIZE + 4 * rank
  if (!(bytes[0] === 0 && bytes[1] === 0 && bytes[2] === UNSIGNED_BYTE && rank > 0 && rank <= HIGHEST_RANK)) {
    const found = [...bytes.subarray(0, MAGIC_NUMBER_SIZE)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw new IsobathError(
      'data',
      `${file}: expected an IDX file of unsigned bytes (it begins with 00 00 08 and the rank, at most ${HIGHEST_RANK}), ` +
        `got ${found === '' ? 'no bytes' : found}. ${FETCH_AGAIN}`,
    )
  }
  if (bytes.length < headerSize) {
    throw new IsobathError(
      'data',
      `${file}: expected a header of ${headerSize} bytes for rank ${rank}, got ${bytes.length}. ${FETCH_AGAIN}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerSize)
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(MAGIC_NUMBER_SIZE + 4 * axis))
  const count = sizes.reduce((product, size) => product * size, 1)
  if (!(count > 0 && count <= LARGEST)) {
    throw new IsobathError(
      'data',
      `${file}: expected 1 to ${LARGEST} elements, got the sizes ${sizes.join(' x ')}. ${FETCH_AGAIN}`,
    )
  }
  return { sizes, headerSize, count }
}
