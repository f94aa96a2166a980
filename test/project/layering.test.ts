/**
 * Tests which parts of src/ may import each other, and that imports form no cycle. docs/architecture.md has the same
 * table.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const engine = ['network', 'blueprint', 'graph']
const learning = [...engine, 'backends/backend.ts', 'data', 'settings', 'training']

/** Parts that import only other leaves, and that every part may import. */
const leaves = ['support', 'format', 'numerics']

/** The parts that each part may import besides itself and the leaves. Imports of types count like imports of values. */
const table: Readonly<Record<string, readonly string[] | 'all above'>> = {
  support: [],
  format: [],
  numerics: [],
  network: [],
  blueprint: ['network'],
  graph: ['network', 'blueprint'],
  'backends/backend.ts': engine,
  'backends/wasm/schedule': engine,
  'backends/wasm/plan': [...engine, 'backends/backend.ts', 'backends/wasm/schedule'],
  'backends/reference': [...engine, 'backends/backend.ts'],
  'backends/wasm': [...engine, 'backends/backend.ts', 'backends/wasm/schedule', 'backends/wasm/plan'],
  data: [],
  settings: [...engine, 'data'],
  'backends/machine.ts': ['backends/backend.ts', 'backends/reference', 'backends/wasm', 'settings'],
  training: [...engine, 'backends/backend.ts', 'data', 'settings'],
  baselines: learning,
  probes: learning,
  theory: ['network', 'blueprint'],
  surgery: learning,
  facts: learning,
  remedies: 'all above',
  trials: 'all above',
  diagnosis: 'all above',
  prescription: 'all above',
  runs: 'all above',
  report: [],
  api: 'all above',
  bench: 'all above',
  'index.ts': 'all above',
  'internal.ts': 'all above',
  casebook: ['index.ts', 'internal.ts'],
  cli: ['index.ts', 'internal.ts', 'bench', 'network'],
}
const parts = Object.keys(table)

function mayImport(from: string, to: string): boolean {
  if (to === from || leaves.includes(to)) return true
  const allowed = table[from]
  return allowed === 'all above' ? parts.indexOf(to) < parts.indexOf(from) : allowed.includes(to)
}

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** The part to which a file belongs: the longest name in the table with which the path of the file starts. */
function partOf(file: string): string | undefined {
  const holders = parts.filter((part) => file === part || file.startsWith(`${part}/`))
  return holders.sort((one, other) => other.length - one.length)[0]
}

/** The paths of all imports in the text of a file: import, export from, dynamic import, and import type. */
function importedPaths(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The imports of every source file. Paths are relative to src/; a path outside of src/ starts with `..`. */
function readImports(): Map<string, string[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const importsOf = (file: string): string[] =>
    [...new Set(importedPaths(readFileSync(join(source, file), 'utf8')))]
      .filter((path) => path.startsWith('.'))
      .map((path) => relative(source, join(source, dirname(file), path)).replaceAll('\\', '/'))
  return new Map(files.sort().map((file) => [file, importsOf(file)]))
}

function complaint(file: string, imported: string): string[] {
  const [from, to] = [partOf(file), partOf(imported)]
  if (from === undefined) return [`${file}: no row of the table contains this file`]
  if (to === undefined) return [`${file}: imports ${imported}, which no row of the table contains`]
  return mayImport(from, to) ? [] : [`${file}: ${from} may not import ${to} (${imported})`]
}

/** Finds cycles of imports by a depth-first search. Each cycle is a list of files, joined by arrows. */
function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const finished = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    else if (!finished.has(file)) {
      for (const imported of imports.get(file) ?? []) visit(imported, [...path, file])
      finished.add(file)
    }
  }
  for (const file of imports.keys()) visit(file, [])
  return cycles
}

/** The rows of the table in docs/architecture.md: each part, with the text that lists its allowed imports. */
function documentedRows(): Map<string, string> {
  const text = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
  const cells = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const rows = cells.filter((row) => row.length > 3 && row[1].startsWith('`src/'))
  return new Map(rows.map((row) => [row[1].replace(/^`src\/|\/?`$/g, ''), row[row.length - 2]]))
}

describe('the layers of src/', () => {
  const imports = readImports()

  it('imports under src/ follow the table of allowed imports', () => {
    const found = [...imports].flatMap(([file, paths]) =>
      partOf(file) === undefined ? complaint(file, file) : paths.flatMap((path) => complaint(file, path)),
    )
    expect(found).toEqual([])
  })

  it('imports under src/ form no cycle', () => {
    expect(findCycles(imports)).toEqual([])
  })

  it('docs/architecture.md lists the allowed imports of each existing part', () => {
    const exists = (part: string): boolean => existsSync(join(source, part))
    const textOf = (part: string): string => {
      const allowed = table[part]
      return allowed === 'all above' ? allowed : allowed.filter(exists).join(', ') || 'nothing'
    }
    const expected = parts.filter(exists).map((part) => [part, textOf(part)])
    expect(Object.fromEntries(documentedRows())).toEqual(Object.fromEntries(expected))
  })
})

describe('the checks of imports', () => {
  it('importedPaths finds every form of import', () => {
    const forms = [
      "import './a.ts'",
      "import b, { type B } from './b.ts'",
      "import type { C } from './c.ts'",
      "export { d } from './d.ts'",
      "export type { E } from './e.ts'",
      "export * from './f.ts'",
      "const g = await import('./g.ts')",
      "type H = import('./h.ts').H",
    ]
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    expect(importedPaths(forms.join('\n')).sort()).toEqual(letters.map((letter) => `./${letter}.ts`))
  })

  it('complaint names a forbidden import, and findCycles names a cycle', () => {
    expect(complaint('backends/wasm/pool.ts', 'backends/reference/dense.ts')).toEqual([
      'backends/wasm/pool.ts: backends/wasm may not import backends/reference (backends/reference/dense.ts)',
    ])
    expect(complaint('network/json.ts', '../test/json.ts')).toHaveLength(1)
    const circle = new Map([
      ['a.ts', ['b.ts', 'c.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ])
    expect(findCycles(circle)).toEqual(['b.ts -> c.ts -> b.ts'])
  })
})
