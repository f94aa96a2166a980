/** Table of all remedies by name. Files, JSON and tables use these names. */
import { leakyUnits } from './leaky-units.ts'
import type { Remedy } from './remedy.ts'
import { rescaledWeights } from './rescaled-weights.ts'

export const remedies = {
  'rescaled weights': rescaledWeights,
  'leaky units': leakyUnits,
} as const satisfies Readonly<Record<string, Remedy>>

export type RemedyName = keyof typeof remedies

/** Names of all remedies, in the order of `remedies`. */
export const remedyNames: readonly RemedyName[] = Object.keys(remedies).filter((name): name is RemedyName =>
  Object.hasOwn(remedies, name),
)

const names: ReadonlySet<string> = new Set(remedyNames)

export const isRemedyName = (name: string): name is RemedyName => names.has(name)
