/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header with each tensor's type, shape and
 * place, then the raw little-endian data. Reading trusts nothing: every number in the header is checked.
 */
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'

export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

export interface TensorFile {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

const headerLimit = 100e6

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

/** The file's bytes. Tensors follow one another in the map's order. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    const dtype = data instanceof Float32Array ? 'F32' : 'F64'
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Spaces bring the data to a multiple of 8 bytes, as the format's own library does.
  const headerBytes = Math.ceil(text.length / 8) * 8
  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.set(text, 8)
  file.set(tensorBytes(tensors), 8 + headerBytes)
  return file
}

/** The tensors' data, one after the other: what a weights hash is taken of. */
export function tensorBytes(tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

function broken(file: string, what: string): IsobathError {
  return new IsobathError('weights', `${file}: ${what} Give a whole .safetensors file.`)
}

/** Parses a file's bytes; `file` is its name, for errors. Throws a `weights` error on anything that isn't right. */
export function decodeTensors(bytes: Uint8Array, file: string): TensorFile {
  if (bytes.length < 8) throw broken(file, `expected at least 8 bytes, got ${bytes.length}.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = Number(view.getBigUint64(0, true))
  if (headerBytes > Math.min(headerLimit, bytes.length - 8)) {
    throw broken(file, `expected a header within the file's ${bytes.length} bytes, got one of ${headerBytes}.`)
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), file)
  const data = bytes.subarray(8 + headerBytes)
  const { __metadata__: rawMetadata = {}, ...entries } = header
  const metadata = metadataSchema.safeParse(rawMetadata)
  if (!metadata.success) throw broken(file, 'expected text values in __metadata__.')
  const tensors = new Map<string, Tensor>()
  const ranges: [number, number][] = []
  for (const [name, raw] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(raw)
    if (!entry.success) throw broken(file, `tensor ${name}: expected dtype, shape and data_offsets.`)
    const { dtype, shape, data_offsets } = entry.data
    const [start, end] = data_offsets
    const bytesEach = dtype === 'F32' ? 4 : dtype === 'F64' ? 8 : 0
    if (bytesEach === 0) throw broken(file, `tensor ${name}: expected dtype F32 or F64, got ${dtype}.`)
    const size = shape.reduce((product, length) => product * length, 1)
    if (end > data.length || end - start !== size * bytesEach) {
      throw broken(file, `tensor ${name}: expected ${size * bytesEach} bytes within the file, got [${start}, ${end}).`)
    }
    ranges.push([start, end])
    tensors.set(name, { shape, data: readNumbers(data, start, size, bytesEach) })
  }
  ranges.sort((a, b) => a[0] - b[0])
  for (let index = 1; index < ranges.length; index++) {
    if (ranges[index][0] < ranges[index - 1][1]) throw broken(file, 'two tensors share bytes.')
  }
  return { tensors, metadata: metadata.data }
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    throw broken(file, 'expected a JSON header.')
  }
}

function readNumbers(data: Uint8Array, start: number, size: number, bytesEach: number): Float32Array | Float64Array {
  // Copied, since a tensor may start at any byte.
  const copy = data.slice(start, start + size * bytesEach).buffer
  return bytesEach === 4 ? new Float32Array(copy) : new Float64Array(copy)
}
