/**
 * Measures how many bytes the package adds to a page that esbuild or vite bundles and minifies. Run `npm run build`,
 * then `node scripts/browser-sizes.mjs`. The script writes the table into docs/browser.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const alias = { isobath: join(root, 'dist', 'browser.js') }
const folder = mkdtempSync(join(tmpdir(), 'isobath-sizes-'))

/** The code of example pages. A bundle contains only the used exports and their dependencies. */
const pages = {
  'trains a network':
    "import { glyphs, parseNetwork, train } from 'isobath'\ntrain(parseNetwork('mlp', { classes: 10 }), { data: glyphs() })",
  'imports everything': "import * as isobath from 'isobath'\nglobalThis.isobath = isobath",
}

async function bundledByVite(entry) {
  const options = { logLevel: 'silent', configFile: false, root: folder, resolve: { alias } }
  const { output } = await vite({ ...options, build: { write: false, rolldownOptions: { input: entry } } })
  return output.map(({ code = '' }) => code).join('')
}

async function bundledByEsbuild(entry) {
  const options = { bundle: true, minify: true, platform: 'browser', format: 'esm', write: false, alias }
  const { outputFiles } = await esbuild({ ...options, entryPoints: [entry] })
  return outputFiles[0].text
}

const bundlers = { vite: bundledByVite, esbuild: bundledByEsbuild }
const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`

const rows = []
try {
  for (const [page, code] of Object.entries(pages)) {
    for (const [bundler, bundle] of Object.entries(bundlers)) {
      const entry = join(folder, 'page.js')
      writeFileSync(entry, code)
      const text = await bundle(entry)
      const sizes = [text.length, gzipSync(text).length, brotliCompressSync(text).length]
      rows.push(`| a page that ${page} | ${bundler} | ${sizes.map(kilobytes).join(' | ')} |`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const table = ['| page | bundled by | minified | gzip | brotli |', '|---|---|---|---|---|', ...rows].join('\n')
const file = join(root, 'docs', 'browser.md')
const text = readFileSync(file, 'utf8')
writeFileSync(
  file,
  text.replace(/\| page \| bundled by [\s\S]*?\n(?!\|)/, () => `${table}\n`),
)
console.log(table)
