/** The initial weights of other frameworks, which every preset has as values of its option `init`. */
import { fanInUniform, glorot } from './initializers.ts'
import type { Initializer } from './network.ts'
import { type PresetText, presetError } from './preset-text.ts'

/**
 * The default initializers of frameworks for dense layers and convolutions:
 * - pytorch: weights and biases uniform between -1/sqrt(fanIn) and 1/sqrt(fanIn).
 * - keras: Glorot's uniform weights, and biases that are zero.
 * Norms start with scales of 1 and shifts of 0 in both frameworks, as in Isobath. The epsilons and momenta of norms are
 * settings and no initial weights, so they stay those of the preset.
 */
const frameworkStarts = {
  pytorch: () => fanInUniform(),
  keras: () => glorot(),
} as const satisfies Record<string, () => Initializer>

export type FrameworkName = keyof typeof frameworkStarts

export const frameworkNames = ['pytorch', 'keras'] as const satisfies readonly FrameworkName[]

export const isFramework = (init: string | undefined): init is FrameworkName =>
  frameworkNames.some((name) => name === init)

/** The part of the help of `init` about the initial weights of frameworks. */
export const frameworkMeans = "pytorch and keras: the frameworks' defaults in every layer"

/**
 * The initializer of a framework for every dense layer and convolution of a preset. Throws a `preset` error if the text
 * of the preset has one of the options `others`, which would change the initial weights.
 */
export function frameworkStart(text: PresetText, init: FrameworkName, others: readonly string[] = []): Initializer {
  const other = others.find((key) => text.options.has(key))
  if (other === undefined) return frameworkStarts[init]()
  throw presetError(
    `${text.name}:init=${init}`,
    `init=${init} without ${other}`,
    `${other}=${text.options.get(other)} too`,
    `The initial weights of ${init} have no other settings. Remove one of the two options.`,
  )
}
