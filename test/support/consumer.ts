/** The package as users get it: packed by npm and installed in a separate folder. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs npm: the npm that runs these tests, or the npm of the shell. */
function npm(words: readonly string[], cwd: string): string {
  const { npm_execpath: script } = process.env
  const [program, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  return execFileSync(program, [...first, ...words, ...quiet], { cwd, encoding: 'utf8' })
}

export interface Packed {
  /** Path of the tarball. */
  readonly file: string
  /** Paths of the packed files, relative to the package folder. */
  readonly files: readonly string[]
}

/** Builds and packs the package in a folder, without changing `dist/` of the checkout. */
export function packIn(folder: string, { types }: { readonly types: boolean }): Packed {
  const stage = join(folder, 'stage')
  mkdirSync(stage)
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(join(root, file), join(stage, file))
  const words = [join(root, 'scripts', 'build.mjs'), ...(types ? [] : ['--no-types']), '--out', join(stage, 'dist')]
  execFileSync(process.execPath, words, { stdio: 'inherit' })
  const [{ filename, files }]: { filename: string; files: { path: string }[] }[] = JSON.parse(
    npm(['pack', '--json', '--pack-destination', folder], stage),
  )
  return { file: join(folder, filename), files: files.map(({ path }) => path) }
}

/** Installs the package in a new folder. The package has no dependencies, so no network access is needed. */
export function installIn(folder: string, { file }: Packed): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  npm(['install', file], folder)
}
