/** Learning rates by layer, as factors on the rate of the run. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { foundOutsideFloat32, isInFloat32, remedyOutsideFloat32 } from '../support/float32.ts'
import { type Kind, readNumbers } from '../support/kinds.ts'
import { suggestion } from '../support/nearest.ts'

/**
 * Factors on the learning rate, each under the path of a layer. A factor applies to a layer and to all layers inside
 * the layer. A layer inside loops may have one factor for each iteration of all loops around the layer. The factors are
 * in the order of the iterations, with the outermost loop first. If several paths match a layer, the longest path
 * counts. Layers without a factor have the factor 1.
 */
export type LayerRates = Readonly<Record<string, number | readonly number[]>>

const isFactors = (value: unknown): boolean =>
  typeof value === 'number' || (Array.isArray(value) && value.every((factor) => typeof factor === 'number'))

const isRates = (value: unknown): value is LayerRates =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isFactors)

/** Reads a flag such as `readout=0.1` or `hidden=1,0.9,0.8` and adds its factors to the factors of earlier flags. */
function read(text: string, before: unknown = {}): LayerRates | undefined {
  const at = text.lastIndexOf('=')
  const factors = readNumbers(text.slice(at + 1))
  if (at < 1 || factors === undefined || !isRates(before)) return undefined
  return { ...before, [text.slice(0, at)]: factors.length === 1 ? factors[0] : factors }
}

/** Returns the path and the first factor that float32 can't hold. A factor that isn't valid at all is refused later. */
function lostFactor(value: unknown): readonly [path: string, factor: number] | undefined {
  if (!isRates(value)) return undefined
  for (const [path, factors] of Object.entries(value)) {
    const lost = [factors].flat().find((factor) => Number.isFinite(factor) && !isInFloat32(factor))
    if (lost !== undefined) return [path, lost]
  }
  return undefined
}

export const layerRates: Kind<LayerRates> = {
  expected: 'an object such as { readout: 0.1 }',
  accepts: (value): value is LayerRates => isRates(value) && lostFactor(value) === undefined,
  wasAccepted: isRates,
  found: (value) => {
    const lost = lostFactor(value)
    return lost === undefined ? describeValue(value) : `${lost[0]}=${foundOutsideFloat32(lost[1])}`
  },
  remedy: (value) => {
    const lost = lostFactor(value)
    return lost === undefined ? '' : remedyOutsideFloat32(lost[1])
  },
  text: { read, expected: 'PATH=FACTOR, such as readout=0.1' },
}

/**
 * Describes each layer that has its own learning rate, as in `readout at 0.1 times the rate`. Returns undefined if no
 * layer has its own learning rate.
 */
export function describeRates(rates: LayerRates): string | undefined {
  const parts = Object.entries(rates).map(([path, factors]) => {
    if (typeof factors === 'number') return `${path} at ${factors} times the rate`
    const shown = factors.length > 4 ? [...factors.slice(0, 3), '...', factors[factors.length - 1]] : factors
    return `${path} at ${shown.join(', ')} times the rate`
  })
  return parts.length === 0 ? undefined : parts.join(', ')
}

const isWithin = (name: string, path: string): boolean => name.startsWith(`${path}.`)

/** Joins up to 12 paths with commas, followed by the number of the remaining paths. */
function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, MOST_PATHS).join(', ')
  return paths.length > MOST_PATHS ? `${shown} and ${paths.length - MOST_PATHS} more` : shown
}

const MOST_PATHS = 12

/**
 * Returns the factors on the learning rate of each parameter, with one factor for each tensor that the parameter's
 * loops stack. Throws an `option` error if a path matches no layer with weights, or if the number of factors is wrong.
 */
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
    const expected = tensors === 1 ? 'one factor' : `one factor, or ${tensors} factors`
    throw wrongFactors(path, expected, factors.length)
  }
  const bad = factors.find((factor) => !(Number.isFinite(factor) && factor >= 0))
  if (bad === undefined) return factors
  throw wrongFactors(path, 'numbers of at least 0', bad)
}

const wrongFactors = (path: string, expected: string, found: number): IsobathError =>
  new IsobathError('option', (option) => `${option('layerRates')}: ${path}: expected ${expected}, got ${found}.`)
