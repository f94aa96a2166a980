/** The training with skip connections around the hidden layers, for the remedies that add them. */
import { type LinkOptions, residualized } from '../surgery/residualized.ts'
import type { Treatable, Treatment } from './remedy.ts'
import { withNetwork } from './treat.ts'

/** `multiplied` says how each branch is multiplied in a network with the given number of links. */
export function linked(
  task: Treatable,
  options: LinkOptions,
  multiplied: (links: number) => string,
): Treatment | undefined {
  const found = residualized(task.network, task.data.shape, options)
  if (found === undefined) return undefined
  const { network, links, areSingle } = found
  const what = areSingle ? 'hidden layer' : 'hidden block'
  const where = links === 1 ? `a ${what}` : `each of the ${links} ${what}s`
  return withNetwork(task, network, `add a skip connection around ${where}, ${multiplied(links)}`)
}
