/**
 * Names from other programs, which the command line and the library accept in place of Isobath's names. An alias means
 * the same as the name that it stands for. Stored settings, JSON, notes and printed commands have the name.
 */

/** Flags by their aliases. */
export const flagAliases: Readonly<Record<string, string>> = {
  '--lr': '--rate',
  '--learning-rate': '--rate',
  '--batch-size': '--batch',
  '--beta1': '--first-decay',
  '--beta2': '--second-decay',
  '--eps': '--epsilon',
  '--patience': '--early-stopping',
}

/** Losses by their aliases. */
export const lossAliases = {
  ce: 'cross-entropy',
  bce: 'binary-cross-entropy',
  mse: 'squared-error',
  l2: 'squared-error',
  mae: 'absolute-error',
  l1: 'absolute-error',
} as const

/** The name that a name or an alias stands for. */
export const unaliased = (name: string, aliases: Readonly<Record<string, string>>): string =>
  Object.hasOwn(aliases, name) ? aliases[name] : name

/** The aliases of a name, in the order of the table. */
export const aliasesOf = (name: string, aliases: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(aliases).flatMap(([alias, meant]) => (meant === name ? [alias] : []))
