/** Reads IDX files, the format of MNIST. Node only. */
import { IsobathError } from '../support/errors.ts'
import { FETCH_AGAIN, gunzipBeginning, gunzipLimited, isGzip, readPacked } from './gzip.ts'

/** An array of bytes of any rank, as an IDX file holds it (the format of MNIST). The last index varies fastest. */
export interface IdxArray {
  readonly sizes: readonly number[]
  readonly values: Uint8Array
}

/**
 * Largest number of elements of an IDX array: over twenty times the size of MNIST, and far below the memory of a small
 * machine.
 */
const LARGEST = 2 ** 30
const MAGIC_NUMBER_SIZE = 4
const HIGHEST_RANK = 16
const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file of unsigned bytes, plain or compressed by gzip. The content of a file, not its name, shows whether
 * the file is compressed.
 *
 * The layout follows LeCun, Cortes and Burges, "The MNIST database". An IDX file begins with two zero bytes, the
 * element type (8 is an unsigned byte) and the rank. The sizes of the array follow as big-endian 32-bit integers, and
 * the elements follow the sizes. A packed file is unpacked only up to the number of bytes that its header declares, so
 * that a small file can't fill the memory.
 *
 * Throws a `data` error that names the file if the file can't be read or is no IDX file of unsigned bytes. Throws a
 * `data` error if the file declares more than 1 GiB, or holds fewer or more bytes than it declares.
 */
export function readIdx(file: string): IdxArray {
  return parsePackedIdx(readPacked(file, LARGEST), file)
}

/** Reads the array in the bytes of an IDX file, plain or packed by gzip. Throws the same errors as `readIdx`. */
export function parsePackedIdx(bytes: Uint8Array, file: string): IdxArray {
  if (!isGzip(bytes)) return parseIdx(bytes, file)
  const { headerSize, count } = parseHeader(gunzipBeginning(bytes, file), file)
  return parseIdx(gunzipLimited(bytes, file, headerSize + count, ', as the header of the file says'), file)
}

/**
 * Reads the array in the bytes of a plain IDX file. `file` is the file's name in error messages. Throws the same errors
 * as `readIdx`.
 */
export function parseIdx(bytes: Uint8Array, file: string): IdxArray {
  const { sizes, headerSize, count } = parseHeader(bytes, file)
  if (bytes.length !== headerSize + count) {
    throw new IsobathError(
      'data',
      `${file}: expected ${headerSize + count} bytes (${sizes.join(' x ')} after a header of ${headerSize} bytes), ` +
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
      `${file}: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most ${HIGHEST_RANK}, ` +
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
