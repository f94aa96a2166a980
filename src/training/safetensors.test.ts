import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { decodeTensors, encodeTensors, type Tensor } from './safetensors.ts'

/**
 * Returns a file with the given header and `dataBytes` zero bytes of data. `headerBytes`: a wrong header length to
 * write instead.
 */
function fileOf(header: string | object, dataBytes = 0, headerBytes?: number | bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes ?? text.length), true)
  file.set(text, 8)
  return file
}

const reading = (file: Uint8Array): string => refusal(() => decodeTensors(file, 'w.safetensors'))

const two = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }

const arbitraryTensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.boolean())
  .chain(([shape, isDouble]): fc.Arbitrary<Tensor> => {
    const size = shape.reduce((product, length) => product * length, 1)
    const values = { minLength: size, maxLength: size }
    return isDouble
      ? fc.float64Array(values).map((data) => ({ shape, data }))
      : fc.float32Array(values).map((data) => ({ shape, data }))
  })
const arbitraryName = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__')
/**
 * Names that the metadata of a file may have. `__proto__` is left out, because an object literal can't have this name
 * as its own key.
 */
const metadataName = fc.stringMatching(/^\w{1,9}$/).filter((name) => name !== '__proto__')

describe('safetensors', () => {
  it('decodes the tensors that were encoded, with any names, shapes and values, at any offset in memory', () => {
    const files = fc.record({
      tensors: fc.array(fc.tuple(arbitraryName, arbitraryTensor), { maxLength: 5 }).map((entries) => new Map(entries)),
      metadata: fc.dictionary(metadataName, fc.string(), { maxKeys: 3, noNullPrototype: true }),
      before: fc.integer({ min: 0, max: 7 }),
    })
    fc.assert(
      fc.property(files, ({ tensors, metadata, before }) => {
        const encoded = encodeTensors({ tensors, metadata })
        const elsewhere = new Uint8Array(before + encoded.length + 3)
        elsewhere.set(encoded, before)
        const decoded = decodeTensors(elsewhere.subarray(before, before + encoded.length), 'w.safetensors')
        expect(decoded.tensors).toEqual(tensors)
        expect({ ...decoded.metadata }).toEqual({ ...metadata })
      }),
    )
  })

  it('decodes a Buffer that shares its memory with other buffers', () => {
    const tensors = new Map([['a', { shape: [3], data: Float32Array.of(1, 2, 3) }]])
    const shared = Buffer.concat([Buffer.alloc(5), encodeTensors({ tensors, metadata: {} }), Buffer.alloc(5)])
    expect(decodeTensors(shared.subarray(5, -5), 'w.safetensors').tensors).toEqual(tensors)
  })

  it('encodes to the byte layout of the safetensors format', () => {
    const tensors = new Map<string, Tensor>([
      ['b', { shape: [2, 1], data: Float32Array.of(1, -2) }],
      ['a', { shape: [], data: Float64Array.of(0.5) }],
    ])
    const file = encodeTensors({ tensors, metadata: { step: '7' } })
    const headerBytes = new DataView(file.buffer).getUint32(0, true)
    expect(headerBytes % 8).toBe(0)
    expect(new TextDecoder().decode(file.subarray(8, 8 + headerBytes)).trimEnd()).toMatchInlineSnapshot(
      `"{"__metadata__":{"step":"7"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}"`,
    )
    expect([...file.subarray(8 + headerBytes)]).toEqual([
      ...new Uint8Array(Float32Array.of(1, -2).buffer),
      ...new Uint8Array(Float64Array.of(0.5).buffer),
    ])
  })

  it('returns tensors in the order of their bytes, for any order of the header', () => {
    const header = { z: { ...two, data_offsets: [8, 16] }, y: two }
    expect([...decodeTensors(fileOf(header, 16), 'w').tensors.keys()]).toEqual(['y', 'z'])
  })

  it('refuses a file that was cut off at any length', () => {
    const whole = encodeTensors({ tensors: new Map([['a', { shape: [2], data: new Float32Array(2) }]]), metadata: {} })
    for (let length = 0; length < whole.length; length++) {
      expect(reading(whole.subarray(0, length))).toMatch(
        /^IsobathError: w\.safetensors: .*Give a whole \.safetensors file/,
      )
    }
  })

  it('reports what is wrong with each kind of broken file', () => {
    const files: Record<string, Uint8Array> = {
      'no bytes': new Uint8Array(0),
      'a header of a terabyte': fileOf('{}', 0, 2n ** 40n),
      'a header of 2^64 - 1': fileOf('{}', 0, 2n ** 64n - 1n),
      'a header longer than the file': fileOf({ a: two }, 8, 1000),
      'a header that ends early': fileOf({ a: two }, 8, 10),
      'no JSON': fileOf('hello, world'),
      'no UTF-8': Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe),
      'a list': fileOf('[1, 2]'),
      null: fileOf('null'),
      'a number for a tensor': fileOf({ a: 5 }),
      'no shape': fileOf({ a: { dtype: 'F32', data_offsets: [0, 8] } }, 8),
      'a negative size': fileOf({ a: { ...two, shape: [-2] } }, 8),
      'half a size': fileOf({ a: { ...two, shape: [2.5] } }, 8),
      'three offsets': fileOf({ a: { ...two, data_offsets: [0, 8, 9] } }, 8),
      'half precision': fileOf({ a: { ...two, dtype: 'BF16' } }, 4),
      'offsets beyond the end': fileOf({ a: { ...two, data_offsets: [8, 16] } }, 8),
      'an end before the start': fileOf({ a: { ...two, data_offsets: [8, 0] } }, 8),
      'a shape that its bytes are too few for': fileOf({ a: { ...two, shape: [3] } }, 8),
      'a shape beyond all memory': fileOf({ a: { ...two, shape: [1e15, 1e15] } }, 8),
      'shared bytes': fileOf({ a: two, b: { ...two, data_offsets: [4, 12] } }, 12),
      'a gap': fileOf({ a: two, b: { ...two, data_offsets: [12, 20] } }, 20),
      'bytes of no tensor': fileOf({ a: two }, 12),
      'a name twice': fileOf(`{"a":${JSON.stringify(two)},"\\u0061":${JSON.stringify(two)}}`, 8),
      'numbers as metadata': fileOf({ __metadata__: { step: 5 } }),
      'a list as metadata': fileOf({ __metadata__: [] }),
    }
    const said = Object.entries(files).map(([what, file]) => `${what}: ${reading(file)}`)
    expect(said.join('\n').replaceAll('IsobathError: w.safetensors: ', '')).toMatchInlineSnapshot(`
      "no bytes: expected at least 8 bytes, got 0. Give a whole .safetensors file.
      a header of a terabyte: expected a header within the file's 10 bytes, got a header of 1099511627776 bytes. Give a whole .safetensors file.
      a header of 2^64 - 1: expected a header within the file's 10 bytes, got a header of 18446744073709552000 bytes. Give a whole .safetensors file.
      a header longer than the file: expected a header within the file's 70 bytes, got a header of 1000 bytes. Give a whole .safetensors file.
      a header that ends early: expected a JSON header. Give a whole .safetensors file.
      no JSON: expected a JSON header. Give a whole .safetensors file.
      no UTF-8: expected a JSON header. Give a whole .safetensors file.
      a list: expected an object as the JSON header. Give a whole .safetensors file.
      null: expected an object as the JSON header. Give a whole .safetensors file.
      a number for a tensor: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      no shape: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      a negative size: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      half a size: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      three offsets: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      half precision: tensor a: expected dtype F32 or F64, got BF16. Convert the tensor to F32 first.
      offsets beyond the end: tensor a: expected 8 bytes for its shape [2], got the bytes from 8 to 16 of 8. Give a whole .safetensors file.
      an end before the start: tensor a: expected 8 bytes for its shape [2], got the bytes from 8 to 0 of 8. Give a whole .safetensors file.
      a shape that its bytes are too few for: tensor a: expected 12 bytes for its shape [3], got the bytes from 0 to 8 of 8. Give a whole .safetensors file.
      a shape beyond all memory: tensor a: expected 4e+30 bytes for its shape [1000000000000000, 1000000000000000], got the bytes from 0 to 8 of 8. Give a whole .safetensors file.
      shared bytes: tensor b: expected bytes of its own, got bytes that the previous tensor uses. Give a whole .safetensors file.
      a gap: tensor b: expected to start at byte 8 of the data, got 12. Give a whole .safetensors file.
      bytes of no tensor: expected tensors that fill 12 bytes of data, got 8. Give a whole .safetensors file.
      a name twice: tensor a: expected the name once in the header, got the name twice. Give a whole .safetensors file.
      numbers as metadata: expected text values in __metadata__. Give a whole .safetensors file.
      a list as metadata: expected text values in __metadata__. Give a whole .safetensors file."
    `)
  })

  it('decodes a tensor with the name __proto__', () => {
    const { tensors } = decodeTensors(fileOf(`{"__proto__":${JSON.stringify(two)}}`, 8), 'w.safetensors')
    expect([...tensors.keys()]).toEqual(['__proto__'])
  })
})
