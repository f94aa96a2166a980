import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { gunzipBeginning, gunzipLimited, readUnpacked } from './gzip.ts'

const folder = temporaryFolder()
const text = new TextEncoder().encode('label,x,y\n'.repeat(100))
const packed = gzipSync(text)

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at < 0 ? copy.length + at : at] ^= value
  return copy
}

describe('gzip unpacking', () => {
  it('returns the packed bytes of one or several members, padded with zeros or not', () => {
    expect(Buffer.from(gunzipLimited(packed, 'x', text.length)).equals(text)).toBe(true)
    const several = Buffer.concat([packed, gzipSync(''), packed, Buffer.alloc(100)])
    expect(Buffer.from(gunzipLimited(several, 'x', 2 * text.length)).equals(Buffer.concat([text, text]))).toBe(true)
  })

  it('recognizes a packed file by its content, not by its name', () => {
    for (const [name, bytes] of Object.entries({ 'plain.csv.gz': text, 'packed.csv': packed })) {
      const file = join(folder, name)
      writeFileSync(file, bytes)
      expect(Buffer.from(readUnpacked(file, text.length)).equals(text)).toBe(true)
      expect(refusal(() => readUnpacked(file, text.length - 1))).toContain(`expected at most ${text.length - 1} bytes`)
    }
  })

  it('reports one clear problem for each kind of broken file', () => {
    const files: Record<string, Uint8Array> = {
      'a file cut off in the header': packed.subarray(0, 7),
      'a file cut off in the data': packed.subarray(0, -10),
      'a file cut off in the checksum': packed.subarray(0, -3),
      'a file changed in the data': changed(packed, 10, 0xff),
      'a file changed in the checksum': changed(packed, -6, 1),
      'a file changed in the length': changed(packed, -1, 1),
      'a file with another method': changed(packed, 2, 1),
      'a file with unknown flags': changed(packed, 3, 0x80),
      'a file followed by text': Buffer.concat([packed, Buffer.from('more')]),
      'a file followed by zeros and text': Buffer.concat([packed, Buffer.alloc(3), Buffer.from('more')]),
      'a file with an extra member': Buffer.concat([packed, gzipSync('x')]),
    }
    const said = Object.entries(files).map(([what, bytes]) => {
      const message = refusal(() => gunzipLimited(bytes, 'FILE', text.length))
      return `${what}: ${message.replace(' Fetch the file again, or check that you named the right file.', '')}`
    })
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "a file cut off in the header: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      a file cut off in the data: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      a file cut off in the checksum: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      a file changed in the data: IsobathError: FILE: can't be unpacked: the packed data is broken (invalid code lengths set).
      a file changed in the checksum: IsobathError: FILE: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them.
      a file changed in the length: IsobathError: FILE: can't be unpacked: the unpacked bytes don't have the length that was stored with them.
      a file with another method: IsobathError: FILE: can't be unpacked: the packed data is broken (unknown compression method).
      a file with unknown flags: IsobathError: FILE: can't be unpacked: the packed data is broken (unknown header flags set).
      a file followed by text: IsobathError: FILE: can't be unpacked: other data follows the end of the packed data.
      a file followed by zeros and text: IsobathError: FILE: can't be unpacked: other data follows the end of the packed data.
      a file with an extra member: IsobathError: FILE: expected at most 1,000 bytes after unpacking, got more."
    `)
  })

  it('refuses a file that is cut off at any length', () => {
    for (let length = 2; length < packed.length; length++) {
      expect(refusal(() => gunzipLimited(packed.subarray(0, length), 'FILE', text.length))).toContain('is cut off')
    }
  })

  it('stops at the limit', () => {
    const bomb = gzipSync(new Uint8Array(2 ** 26))
    const before = process.memoryUsage().arrayBuffers
    expect(refusal(() => gunzipLimited(bomb, 'FILE', 1000, ', as the header of the file says'))).toBe(
      'IsobathError: FILE: expected 1,000 bytes after unpacking, as the header of the file says, got more. Fetch the file again, or check that you named the right file.',
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('returns the beginning of a file that is cut off', () => {
    const long = gzipSync(
      Uint8Array.from({ length: 100_000 }, (_, index) => (index * index) >>> 3),
      { level: 1 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: long.length }), (length) => {
        const beginning = gunzipBeginning(long.subarray(0, length), 'FILE')
        expect(beginning.every((value, index) => value === (((index * index) >>> 3) & 255))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
