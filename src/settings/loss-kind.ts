/** The loss as an option: the name of a loss, or an alias from another program. */
import { alternatives } from '../format/words.ts'
import { type LossName, lossNames } from '../graph/losses.ts'
import { aliasesOf, lossAliases } from '../support/aliases.ts'
import { type Kind, oneOf } from '../support/kinds.ts'

/** A short name of a loss: `ce`, `bce`, `mse` or `l2`, `mae` or `l1`. */
export type LossAlias = keyof typeof lossAliases

const names: Readonly<Record<LossAlias, LossName>> = lossAliases

/** The short names of all losses as words. Several short names of one loss are joined by `or`. */
export const shortLossNames = lossNames
  .map((name) => aliasesOf(name, names))
  .filter((aliases) => aliases.length > 0)
  .map(alternatives)
  .join(', ')

const isAlias = (name: unknown): name is LossAlias => typeof name === 'string' && Object.hasOwn(names, name)

/** Returns the name of a loss that is given by its name or by an alias. */
export const lossNamed = (given: LossName | LossAlias): LossName => (isAlias(given) ? names[given] : given)

const named = oneOf(lossNames, `Choose a name from the list, or one of the short names ${shortLossNames}.`)

/** The kind of names and aliases of losses. */
export const lossKind: Kind<LossName | LossAlias> = {
  ...named,
  accepts: (value): value is LossName | LossAlias => named.accepts(value) || isAlias(value),
}
