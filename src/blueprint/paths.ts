/**
 * The names of layers, which are also the names of their tensors in a weights file.
 *
 * - A layer in a chain is called by its own name, or else by its kind and its number among the chain's layers of that
 *   kind: `dense1`, `activation2`, `residual1`. Layers with a name of their own count too.
 * - A residual's children are called `branch` and `shortcut`, a repeat's block by its kind and 1: `dense1`.
 * - Words that tell nothing apart are left out, and the layer then has its parent's path: the root chain's name; an
 *   unnamed chain as a residual's branch; an unnamed chain or residual as a repeat's block. A shortcut keeps its word, so
 *   that nothing in it can be taken for the branch.
 * - A layer with an empty name is left out likewise.
 *
 * So `repeat(9, residual(chain(dense(64), relu())), { name: 'hidden' })` holds `hidden.dense1.weight`.
 */
import type { ChainLayer, Layer, RepeatLayer, ResidualLayer } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import type { LayerBlueprint } from './blueprint.ts'

function joinPath(parent: string, name: string): string {
  if (name === '') return parent
  return parent === '' ? name : `${parent}.${name}`
}

export function rootPath(root: Layer): string {
  return root.kind === 'chain' ? '' : (root.name ?? `${root.kind}1`)
}

/** The paths of a chain's layers, in their order. */
export function chainPaths(chain: ChainLayer, path: string): string[] {
  const seen = new Map<string, number>()
  return chain.layers.map((layer) => {
    const number = (seen.get(layer.kind) ?? 0) + 1
    seen.set(layer.kind, number)
    return joinPath(path, layer.name ?? `${layer.kind}${number}`)
  })
}

export function branchPath(residual: ResidualLayer, path: string): string {
  const { name, kind } = residual.branch
  if (name === undefined && kind === 'chain') return path
  return joinPath(path, name ?? 'branch')
}

export function shortcutPath(shortcut: Layer, path: string): string {
  return joinPath(path, shortcut.name ?? 'shortcut')
}

export function blockPath(repeat: RepeatLayer, path: string): string {
  const { name, kind } = repeat.block
  if (name === undefined && (kind === 'chain' || kind === 'residual')) return path
  return joinPath(path, name ?? `${kind}1`)
}

/**
 * Throws when two layers share a path, other than a layer that is left out and its parent of another kind: kind and path
 * together tell layers apart, chains aside.
 */
export function checkPathsAreUnique(root: LayerBlueprint): void {
  const taken = new Set<string>([root.path])
  const kinds = new Set<string>()
  const visit = (layer: LayerBlueprint): void => {
    for (const child of layer.children) {
      const { kind } = child.layer
      const isLeftOut = child.path === layer.path
      const key = kind === 'chain' ? '' : `${kind} ${child.path}`
      if (isLeftOut ? kinds.has(key) : taken.has(child.path)) {
        throw networkError(child.path, 'a path of its own for each layer', 'two layers of this path', 'Rename one.')
      }
      taken.add(child.path)
      if (key !== '') kinds.add(key)
      visit(child)
    }
  }
  visit(root)
}
