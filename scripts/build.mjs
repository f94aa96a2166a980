/**
 * Builds the package into `dist/`: the library for Node and for browsers, its types, and the command line, bundled with the
 * packages that they need.
 * `--no-types` leaves out the types, which take most of the time. `--modules` builds `build/` instead: every file of `src/`
 * by itself, for scripts that import the insides. `--out` names another folder.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'src')

const { values: options } = parseArgs({
  options: { modules: { type: 'boolean' }, 'no-types': { type: 'boolean' }, out: { type: 'string' } },
})
const out = resolve(options.out ?? join(root, options.modules ? 'build' : 'dist'))

/** A file's path below `src/`, with slashes on every system; undefined of a package's file. */
function pathOf(id) {
  const path = relative(source, id).replaceAll('\\', '/')
  return path.startsWith('.') ? undefined : path
}

const holds = (pattern) => (id) => pattern.test(pathOf(id) ?? '')

/** Files that read and write other files. The library loads them when a call needs them. */
const isFileReader = holds(
  /^(runs\/|data\/(check|cifar10|csv-file|download|fetch|files|gzip|idx|mnist|places|tar)\.ts)/,
)

/**
 * The chunks; a chunk has all that its files need and no chunk above it has. `isobath --help` loads the first three alone,
 * since a start must not take twice as long as Node's own (`test/package/start.test.ts`).
 */
const chunks = [
  { name: 'commander', test: /node_modules[\\/]commander[\\/]/ },
  { name: 'support', test: holds(/^support\//) },
  {
    name: 'help',
    test: holds(/^cli\/(command-list|describe-networks|interrupt|printable|program-name|quote|renamed-flags)\.ts/),
  },
  { name: 'library', test: (id) => holds(/^(?!bench\/|cli\/)./)(id) && !isFileReader(id) },
  { name: 'files', test: isFileReader },
  { name: 'speed', test: holds(/^bench\/(?!peers\/jax-js-process)/) },
  { name: 'commands', test: holds(/^cli\/(?!commands\/|isobath|main)/) },
]

/** The types have the docstrings. */
const output = { dir: out, format: 'esm', chunkFileNames: '[name].js', comments: { jsdoc: false } }

const readPackages = new Set()

async function write(input, outputOptions) {
  const bundle = await rolldown({ cwd: root, external: /^node:/, checks: { bundlerTimings: false }, ...input })
  const written = await bundle.write({ ...output, ...outputOptions })
  await bundle.close()
  for (const id of written.output.flatMap((chunk) => chunk.moduleIds ?? [])) {
    const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id) ?? []
    if (folder !== undefined) readPackages.add(folder)
  }
}

/** The list of networks in the help, as text: to make it, a start would have to load all networks, and zod with them. */
const networksAsText = {
  name: 'networks-as-text',
  async load(id) {
    if (pathOf(id) !== 'cli/describe-networks.ts') return null
    const bundle = await rolldown({ cwd: root, input: id, platform: 'node' })
    const { output } = await bundle.generate({ format: 'esm' })
    await bundle.close()
    const { describeNetworks } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
    return `export const describeNetworks = () => ${JSON.stringify(describeNetworks())}`
  },
}

async function buildForNode() {
  const input = {
    index: join(source, 'index.ts'),
    isobath: join(source, 'cli/isobath.ts'),
    // A program of its own, which the bench starts by the name of its file.
    'jax-js-process': join(source, 'bench/peers/jax-js-process.ts'),
  }
  const groups = chunks.map((chunk, index) => ({ ...chunk, priority: chunks.length - index }))
  await write({ input, platform: 'node', plugins: [networksAsText] }, { codeSplitting: { groups } })
}

/** Where a folder has a `node.ts`, it has a `browser.ts` with the same exports. */
const forBrowsers = {
  name: 'browser-instead-of-node',
  async resolveId(id, importer, options) {
    if (!id.endsWith('/node.ts')) return null
    const resolved = await this.resolve(id, importer, { ...options, skipSelf: true })
    return resolved && { ...resolved, id: join(dirname(resolved.id), 'browser.ts') }
  },
}

async function buildForBrowsers() {
  const input = { browser: join(source, 'index.ts') }
  await write({ input, platform: 'browser', plugins: [forBrowsers] }, { codeSplitting: false })
}

/**
 * TypeScript writes a docstring of one line behind the property before it, where no editor finds it: each goes to a line of its
 * own.
 */
const docstringsOnOwnLines = {
  name: 'docstrings-on-own-lines',
  renderChunk: (code) => code.replace(/; (\/\*\* .* \*\/)$/gm, ';\n  $1'),
}

async function buildTypes() {
  const plugins = [dts({ emitDtsOnly: true, tsconfig: join(root, 'tsconfig.build.json') }), docstringsOnOwnLines]
  await write({ input: { index: join(source, 'index.ts') }, plugins })
}

async function buildModules() {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  const input = files.filter((file) => /(?<!\.test)\.ts$/.test(file)).map((file) => join(source, file))
  const external = [/^node:/, 'commander', 'zod']
  await write({ input, platform: 'node', external }, { preserveModules: true, preserveModulesRoot: source })
}

/** What the licenses of the packages inside the bundles ask for. */
function writeLicenses() {
  const texts = [...readPackages].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
  })
  const heading = 'The files of this folder contain parts of the following packages.'
  writeFileSync(join(out, 'licenses.txt'), [heading, ...texts].join('\n\n'))
}

rmSync(out, { recursive: true, force: true })
if (options.modules) await buildModules()
else {
  await buildForNode()
  await buildForBrowsers()
  if (!options['no-types']) await buildTypes()
  writeLicenses()
}
