/** Pages that import the package, bundled by vite and by esbuild, train in a browser, and end with Node's bits. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'
import type { Browser } from 'playwright-core'
import { build as vite } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, startChromium, withoutChromium } from '../support/chromium.ts'
import { installIn, type Packed, packIn } from '../support/consumer.ts'
import { isolation, serve } from '../support/serve.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { trainBoth } from './training.ts'

const folder = temporaryFolder()
const here = fileURLToPath(new URL('.', import.meta.url))
const page =
  '<!doctype html><title>Isobath</title><link rel="icon" href="data:,"><script type="module" src="./page.js"></script>\n'
let packed: Packed

/** A new folder with the package, and a page that imports it. */
function createSite(name: string): string {
  const site = join(folder, name)
  installIn(site, packed)
  for (const file of ['page.js', 'training.ts', 'worker.js']) copyFileSync(join(here, file), join(site, file))
  writeFileSync(join(site, 'index.html'), page)
  return site
}

/** Each gives the folder with the page as it is served. */
const bundlers = {
  vite: async () => {
    const root = createSite('vite')
    await vite({ root, logLevel: 'error', configFile: false })
    return join(root, 'dist')
  },
  esbuild: async () => {
    const root = createSite('esbuild')
    const outdir = join(root, 'site')
    mkdirSync(outdir)
    await esbuild({
      absWorkingDir: root,
      entryPoints: ['page.js'],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      outdir,
      logLevel: 'error',
    })
    copyFileSync(join(root, 'index.html'), join(outdir, 'index.html'))
    return outdir
  },
}
type Bundler = keyof typeof bundlers

beforeAll(() => {
  packed = packIn(folder, { types: false })
})

describe('the bundle for browsers', () => {
  it('has nothing of Node', () => {
    const site = createSite('bundle')
    const code = readFileSync(join(site, 'node_modules', 'isobath', 'dist', 'browser.js'), 'utf8')
    expect(code.match(/["']node:|\bprocess\.|\bBuffer\b|\brequire\(|\bsetImmediate\b/g)).toBe(null)
  })
})

describe.skipIf(chromiumPath === undefined)(
  `a page ${chromiumPath === undefined ? withoutChromium : ''}`.trim(),
  () => {
    const sites = new Map<Bundler, string>()
    let browser: Browser
    let inNode: Awaited<ReturnType<typeof trainBoth>>
    beforeAll(async () => {
      browser = await startChromium()
      inNode = await trainBoth(await import('../../src/index.ts'))
      for (const bundler of ['vite', 'esbuild'] as const) sites.set(bundler, await bundlers[bundler]())
    })
    afterAll(() => browser?.close())

    /** Opens the page, and gives what the expression comes to there; nothing may be said on its console. */
    async function evaluate(bundler: Bundler, headers: Readonly<Record<string, string>>, expression: string) {
      const { address, close } = await serve(sites.get(bundler) ?? '', headers)
      const tab = await browser.newPage()
      const said: string[] = []
      tab.on('console', (message) => said.push(message.text()))
      tab.on('pageerror', (error) => said.push(String(error)))
      try {
        await tab.goto(address)
        const value: unknown = await tab.evaluate(expression)
        expect(said).toEqual([])
        return value
      } finally {
        await tab.close()
        close()
      }
    }

    const refusal = 'platform: readRun: expected Node, since it uses files, got a browser.'

    it.each([
      ['vite', 'threaded where it is isolated', isolation, 2],
      ['vite', 'on its own thread where it is not', {}, 0],
      ['esbuild', 'threaded where it is isolated', isolation, 2],
      ['esbuild', 'on its own thread where it is not', {}, 0],
    ] as const)('bundled by %s trains %s, to the bits of Node', async (bundler, _, headers, threads) => {
      expect(await evaluate(bundler, headers, 'outcome')).toEqual({
        runs: inNode,
        workers: 2 * threads,
        isolated: threads > 0,
        refusal: expect.stringContaining(refusal),
      })
    })

    it.each([
      ['threaded', isolation],
      ['on one thread', {}],
    ])('trains in a worker of its own %s, to the bits of Node', async (_, headers) => {
      expect(await evaluate('vite', headers, 'outcome.then(trainInWorker)')).toEqual(inNode)
    })
  },
)
