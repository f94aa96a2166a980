/** Where the package reaches for Node: a bundle for browsers replaces these doors, and nothing else. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))

interface Imports {
  readonly fixed: readonly string[]
  readonly onDemand: readonly string[]
}

/** What a file imports when it runs: types are gone then. */
function importsOf(text: string): Imports {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  })
  const fixed: string[] = []
  const onDemand: string[] = []
  const visit = (node: ts.Node): void => {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    if (isImport && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      fixed.push(node.moduleSpecifier.text)
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [address] = node.arguments
      onDemand.push(ts.isStringLiteral(address) ? address.text : address.getText())
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('file.js', outputText, ts.ScriptTarget.ES2022, true))
  return { fixed, onDemand }
}

/** All files that a page would load which imports the package, with their imports. */
function loadedFrom(entry: string): Map<string, Imports> {
  const found = new Map<string, Imports>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    const imports = importsOf(readFileSync(join(source, file), 'utf8'))
    found.set(file, imports)
    for (const path of imports.fixed) {
      if (path.startsWith('.')) visit(relative(source, join(source, dirname(file), path)).replaceAll('\\', '/'))
    }
  }
  visit(entry)
  return found
}

describe('what index.ts loads', () => {
  const loaded = loadedFrom('index.ts')

  it('needs no module of Node', () => {
    const needy = [...loaded].filter(([, { fixed }]) => fixed.some((path) => path.startsWith('node:')))
    expect(needy.map(([file]) => file)).toEqual([])
  })

  it('reaches for more through a few doors alone', () => {
    const doors = [...loaded].filter(([, { onDemand }]) => onDemand.length > 0)
    expect(Object.fromEntries(doors.map(([file, { onDemand }]) => [file, [...new Set(onDemand)]]))).toEqual({
      'api/node.ts': ['../runs/index.ts'],
      'backends/wasm/node.ts': ['node:worker_threads', 'node:v8', 'node:vm', 'node:os', 'node:fs/promises'],
      'data/node.ts': ['./files.ts'],
    })
  })
})

it('the reader of imports passes over types, and sees what is imported on demand', () => {
  const forms = [
    "import type { A } from './a.ts'",
    "import b from './b.ts'",
    "export type { C } from './c.ts'",
    "export * from './d.ts'",
    "type E = typeof import('./e.ts')",
    "const f = () => import('./f.ts')",
  ]
  expect(importsOf(forms.join('\n'))).toEqual({ fixed: ['./b.ts', './d.ts'], onDemand: ['./f.ts'] })
})
