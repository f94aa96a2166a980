/** Tests where the package loads modules of Node. A bundle for browsers replaces only these files. */
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

/** The imports that a file executes at run time, without imports of types. */
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

/** The files that a page loads if it imports the package, with the imports of each file. */
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

describe('the Node boundary', () => {
  const loaded = loadedFrom('index.ts')

  it('index.ts and its imports need no module of Node', () => {
    const needy = [...loaded].filter(([, { fixed }]) => fixed.some((path) => path.startsWith('node:')))
    expect(needy.map(([file]) => file)).toEqual([])
  })

  it('only three files load modules of Node or more files on demand', () => {
    const loaders = [...loaded].filter(([, { onDemand }]) => onDemand.length > 0)
    expect(Object.fromEntries(loaders.map(([file, { onDemand }]) => [file, [...new Set(onDemand)]]))).toEqual({
      'api/node.ts': ['../runs/index.ts'],
      'backends/wasm/node.ts': ['node:worker_threads', 'node:v8', 'node:vm', 'node:os', 'node:fs/promises'],
      'data/node.ts': ['./files.ts'],
    })
  })
})

it('importsOf ignores imports of types, and finds imports on demand', () => {
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
