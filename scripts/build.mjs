/**
 * Builds the package into `dist/`: the library for Node and for browsers, its types, and the command line, bundled with
 * all needed packages. `--no-types` leaves out the types, which take most of the time. `--modules` builds every file of
 * `src/` separately into `build/`, for scripts that import internal files. `--out` sets another folder.
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

/** The path of a file below `src/`, with slashes on every system; undefined for a file of a package. */
function pathOf(id) {
  const path = relative(source, id).replaceAll('\\', '/')
  return path.startsWith('.') ? undefined : path
}

const holds = (pattern) => (id) => pattern.test(pathOf(id) ?? '')

/** Whether a file reads or writes other files. The library loads these files only when a call needs them. */
const isFileReader = holds(
  /^(runs\/|data\/(check|cifar10|csv-file|download|fetch|files|gzip|idx|mnist|data-folders|tar)\.ts)/,
)

/**
 * The chunks of the Node build. Each chunk contains the dependencies of its files that no chunk above it contains.
 * `isobath --help` loads only the first three chunks, because its start must not take twice as long as the start of
 * Node (`test/package/start.test.ts`).
 */
const chunks = [
  { name: 'commander', test: /node_modules[\\/]commander[\\/]/ },
  { name: 'support', test: holds(/^support\//) },
  {
    name: 'help',
    test: holds(
      /^cli\/(command-list|describe-networks|flag|flag-values|interrupt|printable|program-command|program-name|quote|renamed-flags)\.ts/,
    ),
  },
  { name: 'library', test: (id) => holds(/^(?!bench\/|cli\/)./)(id) && !isFileReader(id) },
  { name: 'files', test: isFileReader },
  { name: 'speed', test: holds(/^bench\/(?!peers\/jax-js-process)/) },
  { name: 'commands', test: holds(/^cli\/(?!commands\/|isobath|main)/) },
]

/** The output options of all bundles. Docstrings are left out, because the types contain the docstrings. */
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

/** Stores the list of networks in the help as text, so that a start need not load all networks and zod. */
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
    // A separate program, which the bench starts by its file name.
    'jax-js-process': join(source, 'bench/peers/jax-js-process.ts'),
  }
  const groups = chunks.map((chunk, index) => ({ ...chunk, priority: chunks.length - index }))
  await write({ input, platform: 'node', plugins: [networksAsText] }, { codeSplitting: { groups } })
}

/** Replaces each `node.ts` by the `browser.ts` of the same folder, which has the same exports. */
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
 * Moves each docstring onto a separate line. TypeScript writes a docstring of one line after the previous property,
 * where no editor finds the docstring.
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

/** Writes the licenses of the bundled packages, which the licenses require. */
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
