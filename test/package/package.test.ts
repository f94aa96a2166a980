/** Tests the package as npm packs it: its files, its entry points, its types and its program. */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { beforeAll, describe, expect, it } from 'vitest'
import { installIn, type Packed, packIn } from '../support/consumer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = temporaryFolder()
const consumer = join(folder, 'consumer')
const installed = join(consumer, 'node_modules', 'isobath')
let packed: Packed

beforeAll(() => {
  packed = packIn(folder, { types: true })
  installIn(consumer, packed)
})

describe('the package', () => {
  it('holds the bundles, their types and their licenses, and few other files', () => {
    const inDist = packed.files.filter((file) => file.startsWith('dist/'))
    const others = packed.files.filter((file) => !file.startsWith('dist/'))
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(inDist.length).toBeLessThan(40)
    expect(inDist.filter((file) => !file.endsWith('.js')).sort()).toEqual(['dist/index.d.ts', 'dist/licenses.txt'])
  })

  it('holds no source maps and no code of the case book', () => {
    const bundled = packed.files.filter((file) => file.startsWith('dist/'))
    const texts = bundled.map((file) => [file, readFileSync(join(installed, file), 'utf8')] as const)
    expect(texts.filter(([, text]) => /sourceMappingURL|casebook/.test(text)).map(([file]) => file)).toEqual([])
  })

  it('names the licenses of the libraries in the bundles', () => {
    const text = readFileSync(join(installed, 'dist', 'licenses.txt'), 'utf8')
    for (const name of ['commander', 'zod']) expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('passes publint without messages', async () => {
    expect((await publint({ pkgDir: installed, level: 'suggestion', strict: true })).messages).toEqual([])
  })

  it('has types that are found by every way to import the package', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(packed.file))))
    const problems = 'problems' in analysis ? analysis.problems : ['no types']
    // The package holds ES modules only. `require` of ES modules works from Node 20.19 on, but TypeScript can't know
    // the version.
    const known = new Set(['CJSResolvesToESM'])
    expect(problems.filter((problem) => typeof problem === 'string' || !known.has(problem.kind))).toEqual([])
  })

  it('has a program that runs after the installation', () => {
    const program = join(consumer, 'node_modules', '.bin', 'isobath')
    const said = execFileSync(program, ['count', 'mlp:depth=2,width=4', '--json'], { cwd: consumer, encoding: 'utf8' })
    expect(JSON.parse(said)).toMatchObject({ parameters: 784 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10 })
  })
})

describe('a program in TypeScript', () => {
  /**
   * Returns the compiler's messages about `consumer.ts`. Only the types of the language are available, not those of the
   * DOM and of Node.
   */
  function compile(compiler: string, resolution: string): string {
    const module = resolution === 'Bundler' ? 'ESNext' : resolution
    const types = { lib: ['ES2023'], types: [], skipLibCheck: false }
    const compilerOptions = {
      ...types,
      strict: true,
      noEmit: true,
      target: 'ES2022',
      module,
      moduleResolution: resolution,
    }
    copyFileSync(join(root, 'test', 'package', 'consumer.ts'), join(consumer, 'consumer.ts'))
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    const script = join(root, 'node_modules', compiler, 'bin', 'tsc')
    return spawnSync(process.execPath, [script, '-p', consumer], { encoding: 'utf8' }).stdout
  }

  it.each([
    ['typescript', 'NodeNext'],
    ['typescript', 'Bundler'],
    ['typescript-5.7', 'NodeNext'],
    ['typescript-5.7', 'Bundler'],
  ])('compiles with %s and resolution %s, without the types of the DOM and of Node', (compiler, resolution) => {
    expect(compile(compiler, resolution)).toBe('')
  })
})
