import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { checkFiles } from './check.ts'
import { type FetchOptions, fetchFiles } from './fetch.ts'
import type { Content, Download, Source } from './sources.ts'

const root = temporaryFolder()
const folder = join(root, 'digits')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const contentOf = (name: string, bytes: Uint8Array): Content => ({ name, bytes: bytes.length, sha256: sha256(bytes) })

/** Incompressible bytes, so that a packed file has some size. */
const noise = Uint8Array.from({ length: 40_000 }, (_, index) => (Math.imul(index * index + 7, 0x9e3779b1) >>> 13) & 255)
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3)

/** Returns a tar archive with these files. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

const plain = { 'images-idx3-ubyte': noise, 'labels-idx1-ubyte': labels }
const batches = { 'data_batch_1.bin': noise.subarray(0, 3073), 'test_batch.bin': noise.subarray(5000, 8073) }
const files: ReadonlyMap<string, Uint8Array> = new Map([
  ...Object.entries(plain).map(([name, bytes]): [string, Uint8Array] => [`${name}.gz`, gzipSync(bytes)]),
  [
    'pictures.tar.gz',
    gzipSync(
      tar({
        'pictures/readme.html': labels,
        'pictures/../../data_batch_1.bin': batches['data_batch_1.bin'],
        'pictures/test_batch.bin': batches['test_batch.bin'],
      }),
    ),
  ],
])

type Answer = (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => void

/** Sends the file, or the requested rest of the file. */
const honest: Answer = ({ headers }, response, bytes) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start, ...(start > 0 ? range : {}) })
  response.end(bytes.subarray(start))
}

/** Sends half of the requested bytes and closes the connection. */
const half: Answer = ({ headers }, response, bytes) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start, ...(start > 0 ? range : {}) })
  response.write(bytes.subarray(start, start + Math.ceil((bytes.length - start) / 2)), () => response.destroy())
}

/**
 * Time of silence after which a download fails, in milliseconds. The test advances the clock, so a busy machine doesn't
 * look like a silent server.
 */
const patience = 300

/** The answer of each test server, by the first part of the path. */
const homes: Record<string, Answer> = {
  honest,
  half,
  missing: (_, response) => response.writeHead(404).end('no such file'),
  portal: (_, response) => response.writeHead(200, { 'content-length': 9 }).end('log in...'),
  endless: (_, response, bytes) => response.writeHead(200).end(Buffer.concat([bytes, bytes])),
  wrong: (_, response, bytes) => response.writeHead(200).end(new Uint8Array(bytes.length)),
  rangeless: (_, response, bytes) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
  elsewhere: (_, response, bytes) =>
    response.writeHead(206, { 'content-range': `bytes 1-${bytes.length - 1}/${bytes.length}` }).end(bytes.subarray(1)),
  silent: () => void vi.advanceTimersByTime(patience),
  stalling: (_, response, bytes) => void response.writeHead(200).write(bytes.subarray(0, 10)),
  moved: ({ url = '' }, response) => response.writeHead(302, { location: url.replace('moved', 'honest') }).end(),
  circle: ({ url }, response) => response.writeHead(302, { location: url }).end(),
  file: (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
}

const asked: string[] = []
const server = createServer((request, response) => {
  const [, home, name] = (request.url ?? '').split('/')
  asked.push(`${home}/${name}${request.headers.range ? ` ${request.headers.range}` : ''}`)
  homes[home](request, response, files.get(name) ?? new Uint8Array(0))
})
let address = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = server.address()
  address = typeof place === 'object' && place !== null ? `http://127.0.0.1:${place.port}` : ''
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  rmSync(folder, { recursive: true, force: true })
  asked.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

function packed(name: keyof typeof plain): Download {
  const bytes = files.get(`${name}.gz`) ?? new Uint8Array(0)
  return { ...contentOf(`${name}.gz`, bytes), urls: [], contents: [contentOf(name, plain[name])] }
}

const one: Source = { set: 'digits', published: 'a list', downloads: [packed('images-idx3-ubyte')] }
const two: Source = { ...one, downloads: [packed('images-idx3-ubyte'), packed('labels-idx1-ubyte')] }
const archive: Source = {
  ...one,
  downloads: [
    {
      ...contentOf('pictures.tar.gz', files.get('pictures.tar.gz') ?? new Uint8Array(0)),
      urls: [],
      archiveFolder: 'pictures',
      contents: Object.entries(batches).map(([name, bytes]) => contentOf(name, bytes)),
    },
  ],
}

const fetchFrom = (source: Source, names: readonly string[], options: FetchOptions = {}) =>
  fetchFiles(folder, source, { homes: names.map((name) => `${address}/${name}`), patience, ...options })

/** Returns the error without the list of files and without the parts that differ between runs. */
const problem = async (source: Source, names: readonly string[], options: FetchOptions = {}): Promise<string> => {
  const said = await laterRefusal(() => fetchFrom(source, names, options))
  return said.split('\nTry again')[0].replaceAll(address, 'ADDRESS').replaceAll(root, 'ROOT')
}

const there = (): string[] => (existsSync(folder) ? readdirSync(folder).sort() : [])
const image = 'images-idx3-ubyte.gz'
const imageBytes = files.get(image) ?? new Uint8Array(0)

describe('fetchFiles', () => {
  it('downloads the files, reports its progress, and leaves valid files alone', async () => {
    const reported: Record<string, number> = {}
    const fetched = await fetchFrom(two, ['honest'], { onProgress: (name, done) => (reported[name] = done) })
    expect(fetched.map(({ from }) => from)).toEqual([
      `${address}/honest/${image}`,
      `${address}/honest/labels-idx1-ubyte.gz`,
    ])
    expect(reported).toEqual(Object.fromEntries(two.downloads.map(({ name, bytes }) => [name, bytes])))
    expect(there()).toEqual([image, 'labels-idx1-ubyte.gz'])
    expect(readFileSync(join(folder, image)).equals(imageBytes)).toBe(true)
    expect((await checkFiles(folder, two)).map(({ state }) => state)).toEqual(['ok', 'ok'])
    asked.length = 0
    expect((await fetchFrom(two, ['honest'])).map(({ from }) => from)).toEqual([null, null])
    // Files in a subfolder of the given folder are found too.
    expect((await fetchFiles(root, two, { homes: [] })).map(({ from }) => from)).toEqual([null, null])
    expect(asked).toEqual([])
  })

  it('resumes where an earlier attempt stopped', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, `${image}.part`), imageBytes.subarray(0, 1000))
    await fetchFrom(one, ['honest'])
    expect(asked).toEqual([`honest/${image} bytes=1000-`])
    expect(there()).toEqual([image])
  })

  it('resumes after a broken connection without requesting a byte twice', async () => {
    const said = await problem(one, ['half'])
    expect(said).toContain('the connection broke off after')
    const starts = asked.map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0))
    expect(starts).toHaveLength(5)
    expect([...starts].sort((a, b) => a - b)).toEqual([...new Set(starts)])
    expect(there()).toEqual([`${image}.part`])
    await fetchFrom(one, ['honest'])
    expect(there()).toEqual([image])
  })

  it('resumes from a server that can only send the whole file', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, `${image}.part`), imageBytes.subarray(0, 1000))
    await fetchFrom(one, ['rangeless'])
    expect(readFileSync(join(folder, image)).equals(imageBytes)).toBe(true)
  })

  it('downloads the whole file if the partial file has other bytes', async () => {
    for (const size of [1000, imageBytes.length, imageBytes.length + 1]) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      writeFileSync(join(folder, `${image}.part`), new Uint8Array(size))
      await fetchFrom(one, ['honest'])
      expect(readFileSync(join(folder, image)).equals(imageBytes)).toBe(true)
      expect(there()).toEqual([image])
    }
  })

  it('tries the next server and follows redirects', async () => {
    const [{ from }] = await fetchFrom(one, ['missing', 'portal', 'wrong', 'moved'])
    expect(from).toBe(`${address}/moved/${image}`)
    expect(asked.map((line) => line.split('/')[0])).toEqual(['missing', 'portal', 'wrong', 'moved', 'honest'])
  })

  it('reports why each server failed, and stores none of the wrong files', async () => {
    const all = ['missing', 'portal', 'endless', 'wrong', 'silent', 'circle', 'file']
    expect(await problem(one, all)).toMatchInlineSnapshot(`
      "IsobathError: digits: the data set can't be fetched.
        ADDRESS/missing/images-idx3-ubyte.gz: the server answers 404 Not Found
        ADDRESS/portal/images-idx3-ubyte.gz: expected a file of 37997 bytes, got a file of 9 bytes
        ADDRESS/endless/images-idx3-ubyte.gz: expected 37997 bytes, got more
        ADDRESS/wrong/images-idx3-ubyte.gz: the server sends a file with another checksum
        ADDRESS/silent/images-idx3-ubyte.gz: no answer for 0.3 seconds
        ADDRESS/circle/images-idx3-ubyte.gz: the server redirects more than 5 times
        ADDRESS/file/images-idx3-ubyte.gz: "file:///etc/passwd" is not an http address"
    `)
    expect(there()).not.toContain(image)
  })

  it('refuses bytes from another position than requested', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, `${image}.part`), imageBytes.subarray(0, 1000))
    expect(await problem(one, ['elsewhere'])).toContain('expected bytes that begin at byte 1000, got other bytes')
  })

  it('fails if a server stops sending, and keeps the received bytes', async () => {
    const onProgress = (): void => void vi.advanceTimersByTime(patience)
    expect(await problem(one, ['stalling'], { onProgress })).toContain('no answer for 0.3 seconds')
    expect(readFileSync(join(folder, `${image}.part`))).toHaveLength(10)
  })

  it('lists the missing files and the folder for them if a download fails', async () => {
    const said = await laterRefusal(() =>
      fetchFiles(folder, { ...one, downloads: [{ ...one.downloads[0], urls: [`${address}/missing/${image}`] }] }),
    )
    expect(said.replaceAll(address, 'ADDRESS').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: digits: the data set can't be fetched.
        ADDRESS/missing/images-idx3-ubyte.gz: the server answers 404 Not Found
      Try again later, or get the following files in another way and move them to ROOT/digits:
        images-idx3-ubyte.gz, 37,997 bytes, sha256 853b854712a4e91df69d8803004c1bc2418b8078b84601549cfd5598a3265d4e
          ADDRESS/missing/images-idx3-ubyte.gz
      (checksums: a list). Then run npx isobath data fetch digits --data-dir ROOT/digits to check the files."
    `)
  })

  it('stops on the abort signal, keeps the received bytes, and explains how to resume', async () => {
    const controller = new AbortController()
    const stop = fetchFrom(one, ['stalling'], {
      abort: controller.signal,
      onProgress: () => controller.abort(),
    })
    const said = await laterRefusal(() => stop)
    expect(said.replaceAll(root, 'ROOT')).toMatchInlineSnapshot(
      `"IsobathError: digits: the download was stopped (ROOT/digits/images-idx3-ubyte.gz.part has 10 of 37,997 bytes). Run the command again to resume."`,
    )
    expect(readFileSync(join(folder, `${image}.part`))).toHaveLength(10)
  })

  it('unpacks the files of an archive, whatever their paths are, and removes the archive', async () => {
    const [{ file }] = await fetchFrom(archive, ['honest'])
    expect(file).toBe(join(folder, 'pictures'))
    expect(there()).toEqual(['pictures'])
    expect(readdirSync(file).sort()).toEqual(['data_batch_1.bin', 'test_batch.bin'])
    expect((await fetchFrom(archive, [])).map(({ from }) => from)).toEqual([null])
    // Unpack an archive that the user put into the folder.
    rmSync(file, { recursive: true })
    writeFileSync(join(folder, 'pictures.tar.gz'), files.get('pictures.tar.gz') ?? '')
    expect((await fetchFrom(archive, [])).map(({ from }) => from)).toEqual([null])
    expect(there()).toEqual(['pictures'])
  })

  it('refuses to replace another file of the same name', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, image), gzipSync(labels))
    expect(await problem(one, ['honest'])).toMatchInlineSnapshot(
      `"IsobathError: ROOT/digits/images-idx3-ubyte.gz: expected 40,000 bytes, got 11. Remove this file to fetch the published file, or choose another folder with dataDir."`,
    )
    expect(asked).toEqual([])
  })

  it('names the path that can not be written', async () => {
    writeFileSync(folder, '')
    expect(await problem(one, ['honest'])).toMatchInlineSnapshot(
      `"IsobathError: ROOT/digits: can't be written (it is a file, not a folder). Choose another place."`,
    )
    rmSync(folder)
  })
})
