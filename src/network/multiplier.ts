/** Multipliers of residual branches. */
import type { Varying } from './network.ts'
import { finiteNumber } from './option-kinds.ts'
import type { PresetOption } from './preset-text.ts'

/** A rule that computes a branch's multiplier from the branch's number l and from a number L, such as the depth. */
export interface MultiplierRule {
  readonly differsByLayer: boolean
  value(layer: number, depth: number): number
}

export const inverseDepth: MultiplierRule = { differsByLayer: false, value: (_layer, depth) => 1 / depth }
export const unscaled: MultiplierRule = { differsByLayer: false, value: () => 1 }

const namedMultipliers: ReadonlyMap<string, MultiplierRule> = new Map([
  ['1/L', inverseDepth],
  ['1/sqrt(L)', { differsByLayer: false, value: (_layer, depth) => 1 / Math.sqrt(depth) }],
  ['1/l', { differsByLayer: true, value: (layer) => 1 / layer }],
  ['1/sqrt(l)', { differsByLayer: true, value: (layer) => 1 / Math.sqrt(layer) }],
])

export function multiplierOption(fallback: string, letters: string): PresetOption<MultiplierRule> {
  return {
    values: `a number or one of ${[...namedMultipliers.keys()].join(', ')}`,
    fallback,
    means: `factor on each residual branch; ${letters}`,
    words: [...namedMultipliers.keys()],
    read: (text) => {
      const value = finiteNumber(text)
      return value === undefined ? namedMultipliers.get(text) : { differsByLayer: false, value: () => value }
    },
  }
}

/**
 * The multiplier of a branch, or of each iteration of a loop of branches. `first` is the number of the loop's first
 * branch. Each iteration raises the number by `step`.
 */
export function multipliers(rule: MultiplierRule, depth: number, first: number, times?: number, step = 1): Varying {
  if (times === undefined || !rule.differsByLayer) return rule.value(first, depth)
  return Array.from({ length: times }, (_, index) => rule.value(first + index * step, depth))
}
