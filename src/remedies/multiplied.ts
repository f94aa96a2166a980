/** The training with other multipliers of the residual branches, for the remedies that change them. */
import { countBranches, withMultipliers } from '../surgery/with-multipliers.ts'
import type { Treatable, Treatment } from './remedy.ts'
import { withNetwork } from './treat.ts'

/** `multiplierOf` returns the multiplier and its text for the number of branches. Undefined for fewer than two branches. */
export function multiplied(
  task: Treatable,
  multiplierOf: (branches: number) => { readonly value: number; readonly text: string },
): Treatment | undefined {
  const branches = countBranches(task.network)
  if (branches < 2) return undefined
  const { value, text } = multiplierOf(branches)
  const words = `multiply each of the ${branches} residual branches by ${text}`
  return withNetwork(task, withMultipliers(task.network, value), words)
}
