/** Helpers for tests of preset networks. */
import type { Blueprint } from '../../src/blueprint/blueprint.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import type { Layer, Network } from '../../src/network/network.ts'
import { parseNetwork, presetData } from '../../src/network/presets.ts'

export const parse = (text: string): Network => parseNetwork(text, { classes: 10 })

/** Creates the blueprint of a preset with the input shape of the preset's usual data. */
export function blueprintOf(text: string, input = presetData(text)?.input ?? []): Blueprint {
  return createBlueprint(parseNetwork(text, { classes: 10, input }), input)
}

/** Lists the name and shape of every parameter. */
export function namesOf(text: string): string[] {
  return blueprintOf(text).parameters.map(({ name, shape }) => `${name} ${shape.join('x')}`)
}

/** Lists a layer and all layers inside it, in the order of computation. */
export function layersOf(layer: Layer): Layer[] {
  if (layer.kind === 'chain') return [layer, ...layer.layers.flatMap(layersOf)]
  if (layer.kind === 'repeat') return [layer, ...layersOf(layer.block)]
  if (layer.kind !== 'residual') return [layer]
  return [layer, ...layersOf(layer.branch), ...(layer.shortcut ? layersOf(layer.shortcut) : [])]
}

export function ofKind<K extends Layer['kind']>(text: string, kind: K): Extract<Layer, { kind: K }>[] {
  return layersOf(parse(text)).filter((layer): layer is Extract<Layer, { kind: K }> => layer.kind === kind)
}

export const kindsOf = (text: string): Set<Layer['kind']> => new Set(layersOf(parse(text)).map(({ kind }) => kind))
