import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseIdx, readIdx } from './idx.ts'

const folder = mkdtempSync(join(tmpdir(), 'isobath-idx-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Returns the bytes of an IDX file. */
function idx(sizes: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, 8, sizes.length])
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size)
  bytes.set(values, 4 + 4 * sizes.length)
  return bytes
}

/** The error of reading these bytes as a file, without the folder's name. */
function problem(bytes: Uint8Array): string {
  const file = join(folder, 'images')
  writeFileSync(file, bytes)
  try {
    readIdx(file)
  } catch (error) {
    expect(error).toMatchObject({ name: 'IsobathError', code: 'data' })
    return String(error).replace(file, 'FILE')
  }
  return 'no problem'
}

const array = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((sizes) => {
  const length = sizes.reduce((product, size) => product * size, 1)
  return fc.uint8Array({ minLength: length, maxLength: length }).map((values) => ({ sizes, values }))
})

test('an IDX file is read as it was written, plain and compressed', () => {
  fc.assert(
    fc.property(array, ({ sizes, values }) => {
      expect(parseIdx(idx(sizes, values), 'x')).toEqual({ sizes, values })
    }),
  )
  const values = Uint8Array.from({ length: 24 }, (_, index) => index)
  for (const bytes of [idx([2, 3, 4], values), gzipSync(idx([2, 3, 4], values))]) {
    const file = join(folder, 'array')
    writeFileSync(file, bytes)
    const read = readIdx(file)
    expect(read.sizes).toEqual([2, 3, 4])
    expect([...read.values]).toEqual([...values])
  }
})

test('an IDX file of a wrong length is refused', () => {
  fc.assert(
    fc.property(array, fc.nat(), ({ sizes, values }, cut) => {
      const bytes = idx(sizes, values)
      expect(() => parseIdx(bytes.subarray(0, cut % bytes.length), 'x')).toThrow('x: expected')
      expect(() => parseIdx(idx(sizes, Uint8Array.of(...values, 0)), 'x')).toThrow('x: expected')
    }),
  )
})

describe('the IDX reader refuses', () => {
  const values = new Uint8Array(12)

  test('files that are too short or too long', () => {
    expect(problem(idx([3, 5], values))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 27 bytes (3 x 5 after a header of 12 bytes), got 24. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(idx([3, 3], values))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 21 bytes (3 x 3 after a header of 12 bytes), got 24. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(gzipSync(idx([3, 5], values)))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 27 bytes (3 x 5 after a header of 12 bytes), got 24. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(gzipSync(idx([3, 3], values)))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 21 bytes after unpacking, as the header of the file says, got more. Fetch the file again, or check that you named the right file."`,
    )
  })

  test('files of another format, empty files and incomplete headers', () => {
    expect(problem(Uint8Array.from('<html>', (letter) => letter.charCodeAt(0)))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 3c 68 74 6d. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(new Uint8Array(0))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got no bytes. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(Uint8Array.of(0, 0, 8, 3, 0, 0))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected a header of 16 bytes for rank 3, got 6. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 00 00 0d 01. Fetch the file again, or check that you named the right file."`,
    )
  })

  test('files that declare impossible sizes', () => {
    expect(problem(idx([0xffffffff, 0xffffffff, 0xffffffff], values))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 1 to 1073741824 elements, got the sizes 4294967295 x 4294967295 x 4294967295. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(idx([2 ** 30 + 1], values))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 1 to 1073741824 elements, got the sizes 1073741825. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(idx([4, 0], values))).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 1 to 1073741824 elements, got the sizes 4 x 0. Fetch the file again, or check that you named the right file."`,
    )
    expect(problem(idx(new Array(16).fill(0xffffffff), values))).toContain('expected 1 to 1073741824 elements')
    expect(problem(idx(new Array(255).fill(1), values))).toContain('at most 16, got 00 00 08 ff')
  })

  test('compressed files that are cut off, changed, or larger than declared', () => {
    const honest = gzipSync(idx([3, 4], values))
    expect(problem(honest.subarray(0, -9))).toMatchInlineSnapshot(
      `"IsobathError: FILE: can't be unpacked: the packed data is cut off. Fetch the file again, or check that you named the right file."`,
    )
    const changed = Uint8Array.from(honest)
    changed[changed.length - 6] ^= 1
    expect(problem(changed)).toMatchInlineSnapshot(
      `"IsobathError: FILE: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them. Fetch the file again, or check that you named the right file."`,
    )
    const bomb = gzipSync(idx([60_000, 28, 28], new Uint8Array(80e6)))
    expect(bomb.length).toBeLessThan(1e6)
    expect(problem(bomb)).toMatchInlineSnapshot(
      `"IsobathError: FILE: expected 47,040,016 bytes after unpacking, as the header of the file says, got more. Fetch the file again, or check that you named the right file."`,
    )
  })

  test('missing files and folders', () => {
    expect(() => readIdx(join(folder, 'absent'))).toThrow("absent: can't be read (no such file or directory)")
    expect(() => readIdx(folder)).toThrow('expected a file, got a folder')
  })
})
