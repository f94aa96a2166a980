import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { checkFiles } from './check.ts'
import { type Content, type Source, sources } from './sources.ts'

const root = temporaryFolder()
const folder = join(root, 'sets')
const contentOf = (name: string, bytes: Uint8Array): Content => ({
  name,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 9)
const digits: Source = {
  set: 'digits',
  published: 'a list',
  downloads: [
    {
      ...contentOf('x-labels-idx1-ubyte.gz', gzipSync(labels)),
      urls: [],
      contents: [contentOf('x-labels-idx1-ubyte', labels)],
    },
  ],
}
const batch = new Uint8Array(2 * 3073).fill(8)
const archive = gzipSync(batch)
const pictures: Source = {
  set: 'pictures',
  published: 'a list',
  downloads: [
    {
      ...contentOf('pictures.tar.gz', archive),
      urls: [],
      archiveFolder: 'batches',
      contents: [contentOf('one.bin', batch), contentOf('two.bin', batch)],
    },
  ],
}

function write(name: string, bytes: Uint8Array): void {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, bytes)
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = value
  return copy
}

async function check(source: Source): Promise<string> {
  const rows = await checkFiles(folder, source)
  return rows.map(({ file, state, found }) => `${state} ${file.replace(folder, 'SETS')}: ${found}`).join('\n')
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})

describe('checkFiles for a file that may be packed', () => {
  it('accepts the published file, an unpacked file and a repacked file in every known place', async () => {
    write('x-labels-idx1-ubyte.gz', gzipSync(labels))
    expect(await check(digits)).toBe('ok SETS/x-labels-idx1-ubyte.gz: 32 bytes, as published')
    rmSync(join(folder, 'x-labels-idx1-ubyte.gz'))
    write('digits/x-labels.idx1-ubyte', labels)
    expect(await check(digits)).toBe('ok SETS/digits/x-labels.idx1-ubyte: 12 bytes unpacked, as published')
    rmSync(join(folder, 'digits'), { recursive: true })
    write('DIGITS/raw/x-labels-idx1-ubyte.gz', gzipSync(labels, { level: 0 }))
    expect(await check(digits)).toBe('ok SETS/DIGITS/raw/x-labels-idx1-ubyte.gz: 12 bytes unpacked, as published')
  })

  it('describes the problem of a broken file precisely', async () => {
    const said = [await check(digits)]
    const files = [
      gzipSync(labels).subarray(0, 20),
      gzipSync(Buffer.concat([labels, labels])),
      labels.subarray(0, 11),
      changed(labels, 7, 5),
      changed(labels, 10, 77),
      changed(labels, 10, 4),
      new Uint8Array(12),
    ]
    for (const bytes of files) {
      write('x-labels-idx1-ubyte', bytes)
      said.push(await check(digits))
    }
    expect(`\n${said.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      missing x-labels-idx1-ubyte.gz: the file is missing
      broken SETS/x-labels-idx1-ubyte: can't be unpacked: the packed data is cut off
      broken SETS/x-labels-idx1-ubyte: expected at most 12 bytes after unpacking, got more
      broken SETS/x-labels-idx1-ubyte: expected 12 bytes (4 after a header of 8 bytes), got 11
      broken SETS/x-labels-idx1-ubyte: expected 13 bytes (5 after a header of 8 bytes), got 12
      broken SETS/x-labels-idx1-ubyte: expected labels from 0 to 9, got 77 for sample 2
      broken SETS/x-labels-idx1-ubyte: the file is readable, but its bytes differ from the published bytes
      broken SETS/x-labels-idx1-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 00 00 00 00
      "
    `)
  })
})

describe('checkFiles for an archive', () => {
  it('accepts either the archive or its unpacked files', async () => {
    expect(await check(pictures)).toBe('missing pictures.tar.gz: the file is missing')
    write('pictures.tar.gz', archive)
    expect(await check(pictures)).toBe(`ok SETS/pictures.tar.gz: ${archive.length} bytes, as published`)
    rmSync(join(folder, 'pictures.tar.gz'))
    write('batches/one.bin', batch)
    write('batches/two.bin', batch)
    expect(await check(pictures)).toBe(
      'ok SETS/batches/one.bin: 6,146 bytes, as published\nok SETS/batches/two.bin: 6,146 bytes, as published',
    )
  })

  it('describes the problem of each file', async () => {
    write('pictures/pictures.tar.gz', archive.subarray(1))
    write('pictures/batches/one.bin', changed(batch, 3073, 10))
    expect(await check(pictures)).toMatchInlineSnapshot(`
      "broken SETS/pictures/pictures.tar.gz: expected 41 bytes, got 40
      broken SETS/pictures/batches/one.bin: expected labels from 0 to 9, got 10 for sample 1
      missing SETS/pictures/batches/two.bin: the file is missing"
    `)
    write('pictures/batches/one.bin', changed(batch, 5, 10))
    write('pictures/batches/two.bin', batch.subarray(1))
    rmSync(join(folder, 'pictures/pictures.tar.gz'))
    expect(await check(pictures)).toMatchInlineSnapshot(`
      "broken SETS/pictures/batches/one.bin: the file is readable, but its bytes differ from the published bytes
      broken SETS/pictures/batches/two.bin: expected 6,146 bytes, got 6,145"
    `)
  })
})

const real = join(import.meta.dirname, '../../../shared/data')

it.skipIf(!existsSync(real))(
  `the published checksums match the real files (skipped when ${real} is absent)`,
  async () => {
    for (const source of sources.values()) {
      const rows = await checkFiles(real, source)
      expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['ok']))
    }
  },
)
