/**
 * Tests that pages with the package, bundled by vite and by esbuild, train in a browser and give the same bits as Node.
 */
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

/** Makes a new folder with the package and a page that imports the package. Returns the folder. */
function createSite(name: string): string {
  const site = join(folder, name)
  installIn(site, packed)
  for (const file of ['page.js', 'training.ts', 'worker.js']) copyFileSync(join(here, file), join(site, file))
  writeFileSync(join(site, 'index.html'), page)
  return site
}

/** The bundlers under test. Every function bundles the page and returns the folder to serve. */
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
  it('contains no code that needs Node', () => {
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

    /** Opens the page and returns the value of the expression there. The page may print nothing on its console. */
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
      ['vite', 'with threads if the page is isolated', isolation, 2],
      ['vite', 'on one thread if the page is not isolated', {}, 0],
      ['esbuild', 'with threads if the page is isolated', isolation, 2],
      ['esbuild', 'on one thread if the page is not isolated', {}, 0],
    ] as const)('bundled by %s trains %s, with the same bits as Node', async (bundler, _, headers, threads) => {
      expect(await evaluate(bundler, headers, 'outcome')).toEqual({
        runs: inNode,
        workers: 2 * threads,
        isolated: threads > 0,
        refusal: expect.stringContaining(refusal),
      })
    })

    it.each([
      ['with threads', isolation],
      ['on one thread', {}],
    ])('trains in a worker of its own %s, with the same bits as Node', async (_, headers) => {
      expect(await evaluate('vite', headers, 'outcome.then(trainInWorker)')).toEqual(inNode)
    })
  },
)
