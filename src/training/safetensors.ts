/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header with each tensor's type, shape and
 * position, then the raw little-endian data. The decoder checks every number in the header, because a file may be
 * broken or malicious.
 */
import { z } from 'zod'
import { assertInvariant, IsobathError } from '../support/errors.ts'

/** A tensor of a file: values with a shape. */
export interface Tensor {
  /** Sizes of the tensor's dimensions. A tensor with the empty shape has a single value. */
  readonly shape: readonly number[]
  /** Values in row-major order: float32 (F32 in the file) or float64 (F64 in the file). */
  readonly data: Float32Array | Float64Array
}

/** Content of a .safetensors file. */
export interface TensorFile {
  /** Tensors by name, in the order of their data in the file. */
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Texts of the file's `__metadata__` by name, or an empty object if the file has no metadata. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Largest size of a header that the decoder accepts, in bytes. */
const headerLimit = 100e6
/** Number of values that are converted to bytes at a time. */
const pieceLength = 2 ** 16
const metadataKey = '__metadata__'

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})
const metadataSchema = z.record(z.string(), z.string())

/**
 * Encodes tensors and metadata as the bytes of a .safetensors file. The file has the data of the tensors in the order
 * of the map.
 */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const places = [...tensors].map(([name, { shape, data }]): HeaderEntry => {
    return { name, shape, dtype: data instanceof Float32Array ? 'F32' : 'F64', bytes: data.byteLength }
  })
  const header = encodeHeader(places, metadata)
  const file = new Uint8Array(places.reduce((sum, { bytes }) => sum + bytes, header.length))
  file.set(header)
  copyInto(file.subarray(header.length), tensors)
  return file
}

export interface HeaderEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: 'F32' | 'F64'
  /** Size of the tensor's data, in bytes. */
  readonly bytes: number
}

/** Encodes the header of a file. The data of the tensors must follow the header in the order of `entries`. */
export function encodeHeader(entries: readonly HeaderEntry[], metadata: TensorFile['metadata']): Uint8Array {
  const parts = Object.keys(metadata).length > 0 ? [field(metadataKey, metadata)] : []
  let offset = 0
  for (const { name, shape, dtype, bytes } of entries) {
    assertInvariant(name !== metadataKey, `no tensor can be called ${name}`)
    parts.push(field(name, { dtype, shape, data_offsets: [offset, offset + bytes] }))
    offset += bytes
  }
  const text = new TextEncoder().encode(`{${parts.join(',')}}`)
  // Like the safetensors library, the encoder pads the header with spaces, so that the data of the tensors starts at a
  // multiple of 8 bytes.
  const headerBytes = Math.ceil(text.length / 8) * 8
  const header = new Uint8Array(8 + headerBytes).fill(0x20, 8)
  new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true)
  header.set(text, 8)
  return header
}

/**
 * Yields values as the bytes of float32 numbers, piece by piece, without a copy of all values. A piece is valid only
 * until the next piece is requested, because all pieces share the same memory.
 */
export function* float32Pieces(values: ArrayLike<number>): Generator<Uint8Array> {
  const floats = new Float32Array(Math.min(pieceLength, values.length))
  const bytes = new Uint8Array(floats.buffer)
  for (let first = 0; first < values.length; first += floats.length) {
    const count = Math.min(floats.length, values.length - first)
    for (let index = 0; index < count; index++) floats[index] = values[first + index]
    yield bytes.subarray(0, 4 * count)
  }
}

/**
 * Encodes one field of the header as JSON text. Fields are encoded one by one, because a JavaScript object with all
 * fields would move names made of digits to the front, and would lose the name `__proto__`.
 */
function field(name: string, value: object): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`
}

/** Returns the memory of float values as bytes, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: Tensor['data']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function copyInto(target: Uint8Array, tensors: ReadonlyMap<string, Tensor>): void {
  let offset = 0
  for (const { data } of tensors.values()) {
    target.set(bytesOf(data), offset)
    offset += data.byteLength
  }
}

/**
 * Copies the data of all tensors into one array, in the order of the map. The hash of weights is computed from the
 * bytes of this array.
 */
export function tensorBytes(tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array([...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0))
  copyInto(bytes, tensors)
  return bytes
}

function broken(file: string, what: string): IsobathError {
  return new IsobathError('weights', `${file}: ${what} Give a whole .safetensors file.`)
}

/**
 * Decodes the bytes of a .safetensors file with F32 and F64 tensors. `file`: the name with which error messages begin.
 * Throws a `weights` error if the file is incomplete or violates the format, or if a tensor has another type than F32
 * and F64.
 */
export function decodeTensors(bytes: Uint8Array, file: string): TensorFile {
  if (bytes.length < 8) throw broken(file, `expected at least 8 bytes, got ${bytes.length}.`)
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (headerBytes > Math.min(headerLimit, bytes.length - 8)) {
    throw broken(
      file,
      `expected a header within the file's ${bytes.length} bytes, got a header of ${headerBytes} bytes.`,
    )
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), file)
  const metadata = metadataSchema.safeParse(header.get(metadataKey) ?? {})
  if (!metadata.success) throw broken(file, `expected text values in ${metadataKey}.`)
  header.delete(metadataKey)
  const data = bytes.subarray(8 + headerBytes)
  const places = [...header].map(([name, entry]) => parseEntry(name, entry, data.length, file))
  checkCoverage(places, data.length, file)
  return { tensors: new Map(places.map((place) => [place.name, readTensor(data, place)])), metadata: metadata.data }
}

interface TensorPlace {
  readonly name: string
  readonly shape: readonly number[]
  readonly bytesEach: 4 | 8
  readonly start: number
  readonly end: number
}

function parseEntry(name: string, raw: unknown, available: number, file: string): TensorPlace {
  const entry = entrySchema.safeParse(raw)
  if (!entry.success) throw broken(file, `tensor ${name}: expected dtype, shape and data_offsets.`)
  const { dtype, shape, data_offsets } = entry.data
  const [start, end] = data_offsets
  if (dtype !== 'F32' && dtype !== 'F64') {
    throw new IsobathError(
      'weights',
      `${file}: tensor ${name}: expected dtype F32 or F64, got ${dtype}. Convert the tensor to F32 first.`,
    )
  }
  const bytesEach = dtype === 'F32' ? 4 : 8
  const size = bytesEach * shape.reduce((product, length) => product * length, 1)
  if (end > available || end - start !== size) {
    const found = `the bytes from ${start} to ${end} of ${available}`
    throw broken(file, `tensor ${name}: expected ${size} bytes for its shape [${shape.join(', ')}], got ${found}.`)
  }
  return { name, shape, bytesEach, start, end }
}

/**
 * Sorts the byte ranges of the tensors by their start, and checks that the ranges fill the data without gaps or
 * overlaps. The safetensors library also requires data without gaps.
 */
function checkCoverage(places: TensorPlace[], available: number, file: string): void {
  places.sort((one, other) => one.start - other.start || one.end - other.end)
  let end = 0
  for (const { name, start, end: next } of places) {
    if (start < end)
      throw broken(file, `tensor ${name}: expected bytes of its own, got bytes that the previous tensor uses.`)
    if (start > end) throw broken(file, `tensor ${name}: expected to start at byte ${end} of the data, got ${start}.`)
    end = next
  }
  if (end !== available) throw broken(file, `expected tensors that fill ${available} bytes of data, got ${end}.`)
}

function parseHeader(bytes: Uint8Array, file: string): Map<string, unknown> {
  let header: unknown
  let names: string[]
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = JSON.parse(text)
    names = outermostKeys(text)
  } catch {
    throw broken(file, 'expected a JSON header.')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw broken(file, 'expected an object as the JSON header.')
  }
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw broken(file, `tensor ${name}: expected the name once in the header, got the name twice.`)
    seen.add(name)
  }
  return new Map(Object.entries(header))
}

/**
 * Lists the keys in the text of a valid JSON object, including duplicates. JSON.parse keeps only the last of several
 * fields with the same key.
 */
function outermostKeys(text: string): string[] {
  const keys: string[] = []
  let nesting = 0
  for (const [token, quoted] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (quoted !== undefined && nesting === 1) keys.push(String(JSON.parse(quoted)))
    else if (token === '{' || token === '[') nesting++
    else if (token === '}' || token === ']') nesting--
  }
  return keys
}

function readTensor(data: Uint8Array, { shape, bytesEach, start, end }: TensorPlace): Tensor {
  // The bytes of a tensor are copied, because a tensor may start at any byte of the file. The method `slice` of a
  // Buffer would not copy the bytes.
  const { buffer } = new Uint8Array(data.subarray(start, end))
  return { shape, data: bytesEach === 4 ? new Float32Array(buffer) : new Float64Array(buffer) }
}
