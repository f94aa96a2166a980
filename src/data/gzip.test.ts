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

describe('gzip', () => {
  it('gives back what was packed, in one member or several, padded with zeros or not', () => {
    expect(Buffer.from(gunzipLimited(packed, 'x', text.length)).equals(text)).toBe(true)
    const several = Buffer.concat([packed, gzipSync(''), packed, Buffer.alloc(100)])
    expect(Buffer.from(gunzipLimited(several, 'x', 2 * text.length)).equals(Buffer.concat([text, text]))).toBe(true)
  })

  it('is told by the content of a file, not by its name', () => {
    for (const [name, bytes] of Object.entries({ 'plain.csv.gz': text, 'packed.csv': packed })) {
      const file = join(folder, name)
      writeFileSync(file, bytes)
      expect(Buffer.from(readUnpacked(file, text.length)).equals(text)).toBe(true)
      expect(refusal(() => readUnpacked(file, text.length - 1))).toContain(`expected at most ${text.length - 1} bytes`)
    }
  })

  it('says one clear thing about each way to be broken', () => {
    const files: Record<string, Uint8Array> = {
      'cut off in its header': packed.subarray(0, 7),
      'cut off in its data': packed.subarray(0, -10),
      'cut off in its checksum': packed.subarray(0, -3),
      'changed in its data': changed(packed, 10, 0xff),
      'changed in its checksum': changed(packed, -6, 1),
      'changed in its length': changed(packed, -1, 1),
      'of another method': changed(packed, 2, 1),
      'of unknown flags': changed(packed, 3, 0x80),
      'followed by text': Buffer.concat([packed, Buffer.from('more')]),
      'followed by zeros and text': Buffer.concat([packed, Buffer.alloc(3), Buffer.from('more')]),
      'of one member too many': Buffer.concat([packed, gzipSync('x')]),
    }
    const said = Object.entries(files).map(([what, bytes]) => {
      const message = refusal(() => gunzipLimited(bytes, 'FILE', text.length))
      return `${what}: ${message.replace(' Fetch the file again, or check that it is the one meant.', '')}`
    })
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "cut off in its header: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      cut off in its data: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      cut off in its checksum: IsobathError: FILE: can't be unpacked: the packed data is cut off.
      changed in its data: IsobathError: FILE: can't be unpacked: the packed data is broken (invalid code lengths set).
      changed in its checksum: IsobathError: FILE: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them.
      changed in its length: IsobathError: FILE: can't be unpacked: the unpacked bytes don't have the length that was stored with them.
      of another method: IsobathError: FILE: can't be unpacked: the packed data is broken (unknown compression method).
      of unknown flags: IsobathError: FILE: can't be unpacked: the packed data is broken (unknown header flags set).
      followed by text: IsobathError: FILE: can't be unpacked: there is something else after the end of the packed data.
      followed by zeros and text: IsobathError: FILE: can't be unpacked: there is something else after the end of the packed data.
      of one member too many: IsobathError: FILE: expected at most 1,000 bytes after unpacking, got more."
    `)
  })

  it('refuses whatever was cut off, at any length', () => {
    for (let length = 2; length < packed.length; length++) {
      expect(refusal(() => gunzipLimited(packed.subarray(0, length), 'FILE', text.length))).toContain('is cut off')
    }
  })

  it('stops unpacking at the limit', () => {
    const bomb = gzipSync(new Uint8Array(2 ** 26))
    const before = process.memoryUsage().arrayBuffers
    expect(refusal(() => gunzipLimited(bomb, 'FILE', 1000, ', as its header says'))).toBe(
      'IsobathError: FILE: expected 1,000 bytes after unpacking, as its header says, got more. Fetch the file again, or check that it is the one meant.',
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('gives the beginning of what is cut off', () => {
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
