/** Learning rates by layer: factors on the run's rate. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { IsobathError } from '../support/errors.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'
import { suggestion } from '../support/nearest.ts'

/**
 * A factor for a layer and all within it, by the layer's path; for a repeated layer also one for each iteration (of all
 * loops around it, outermost first). The longest path that fits counts; layers without a factor have 1.
 */
export type LayerRates = Readonly<Record<string, number | readonly number[]>>

const isFactors = (value: unknown): boolean =>
  typeof value === 'number' || (Array.isArray(value) && value.every((factor) => typeof factor === 'number'))

const isRates = (value: unknown): value is LayerRates =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isFactors)

/** `readout=0.1` or `hidden=1,0.9,0.8`, added to those before. */
function read(text: string, before: unknown = {}): LayerRates | undefined {
  const at = text.lastIndexOf('=')
  const factors = readNumbers(text.slice(at + 1))
  if (at < 1 || factors === undefined || !isRates(before)) return undefined
  return { ...before, [text.slice(0, at)]: factors.length === 1 ? factors[0] : factors }
}

export const layerRates: Kind<LayerRates> = {
  expected: 'an object such as { readout: 0.1 }',
  accepts: isRates,
  text: { read, expected: 'PATH=FACTOR, such as readout=0.1' },
}

/** `readout at 0.1 of it`, for each layer with a rate of its own. */
export function describeRates(rates: LayerRates): string | undefined {
  const parts = Object.entries(rates).map(([path, factors]) => {
    if (typeof factors === 'number') return `${path} at ${factors} of it`
    const shown = factors.length > 4 ? [...factors.slice(0, 3), '...', factors[factors.length - 1]] : factors
    return `${path} at ${shown.join(', ')} of it`
  })
  return parts.length === 0 ? undefined : parts.join(', ')
}

const isWithin = (name: string, path: string): boolean => name.startsWith(`${path}.`)

/** As many as a reader looks through, and how many there are besides. */
function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, MOST_PATHS).join(', ')
  return paths.length > MOST_PATHS ? `${shown} and ${paths.length - MOST_PATHS} more` : shown
}

const MOST_PATHS = 12

/** Factors by parameter, one for each tensor that its loops stack. Throws an `option` error on a path or number that doesn't fit. */
export function resolveLayerRates({ parameters }: Blueprint, rates: LayerRates): Map<string, readonly number[]> {
  const paths = Object.keys(rates)
  const trained = parameters.filter(({ trainable }) => trainable)
  for (const path of paths) {
    if (trained.some(({ name }) => isWithin(name, path))) continue
    const known = [...new Set(trained.map(({ name }) => name.slice(0, name.lastIndexOf('.'))))]
    const remedy = suggestion(path, known) || `The layers with weights are ${listed(known)}.`
    throw new IsobathError(
      'option',
      (option) => `${option('layerRates')}: expected the path of a layer with weights, got ${path}. ${remedy.trim()}`,
    )
  }
  return new Map(
    trained.flatMap(({ name, loops }) => {
      const [path] = paths.filter((candidate) => isWithin(name, candidate)).sort((a, b) => b.length - a.length)
      return path === undefined ? [] : [[name, factorsOf(path, rates[path], sizeOf(loops))] as const]
    }),
  )
}

function factorsOf(path: string, given: number | readonly number[], tensors: number): readonly number[] {
  const factors = typeof given === 'number' ? new Array<number>(tensors).fill(given) : given
  if (factors.length !== tensors) {
    const expected = tensors === 1 ? 'one factor' : `one factor, or ${tensors}`
    throw wrongFactors(path, expected, factors.length)
  }
  const bad = factors.find((factor) => !(Number.isFinite(factor) && factor >= 0))
  if (bad === undefined) return factors
  throw wrongFactors(path, 'numbers of at least 0', bad)
}

const wrongFactors = (path: string, expected: string, found: number): IsobathError =>
  new IsobathError('option', (option) => `${option('layerRates')}: ${path}: expected ${expected}, got ${found}.`)
