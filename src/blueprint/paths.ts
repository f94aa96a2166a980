/**
 * The paths of layers, which are also the names of their tensors in a weights file.
 *
 * - A layer in a chain is called by its own name. A layer without a name is called by its kind and its number among the
 *   chain's layers of this kind, such as `dense1`, `activation2` or `residual1`. The number of an unnamed layer also
 *   counts the named layers of the kind, so an unnamed dense layer after a named dense layer is `dense2`.
 * - A residual's children are called `branch` and `shortcut`. A repeat's block is called by its kind and the number 1,
 *   such as `dense1`.
 * - A name that isn't needed to distinguish layers is left out, and the layer then has its parent's path. Names are
 *   left out for the root chain, for an unnamed chain that is a residual's branch, and for an unnamed chain or residual
 *   that is a repeat's block. A shortcut keeps its name, so that the paths of its layers differ from the paths of the
 *   branch's layers.
 * - A layer with an empty name also has its parent's path.
 *
 * For example, `repeat(9, residual(chain(dense(64), relu())), { name: 'hidden' })` holds `hidden.dense1.weight`.
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

/** The paths of a chain's layers, in the order of the layers. */
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
 * Throws a `network` error if two layers have the same path. A layer whose name is left out may share the path of a
 * parent of another kind, because the kind and the path together distinguish the two layers. A chain whose name is left
 * out may share the path of any parent.
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
        const remedy = 'Rename one of the two layers.'
        throw networkError(child.path, 'a different path for each layer', 'two layers with this path', remedy)
      }
      taken.add(child.path)
      if (key !== '') kinds.add(key)
      visit(child)
    }
  }
  visit(root)
}
