/** Refuses options that would change work that is resumed or diagnosed, because stored work keeps its own options. */
import type { Command } from 'commander'
import { IsobathError } from '../index.ts'

/**
 * Throws an `option` error that names all given options that are not in `allowed`, and the network if one was given.
 * `allowed` holds the names of options in the code. `fact` is the reason, such as `--resume: a resumed run keeps its
 * own options`.
 */
export function refuseChoices(command: Command, allowed: ReadonlySet<string>, fact: string, network?: string): void {
  const given = command.options.filter((option) => {
    const name = option.attributeName()
    return command.getOptionValueSource(name) === 'cli' && !allowed.has(name)
  })
  const names = [...(network === undefined ? [] : [`the network ${network}`]), ...given.map(({ long }) => long)]
  if (names.length === 0) return
  throw new IsobathError('option', `${fact}. Leave out ${names.join(', ')}.`)
}
