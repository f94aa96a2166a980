/** What goes on, or is looked at again, is as it was begun: other choices are refused. */
import type { Command } from 'commander'
import { IsobathError } from '../index.ts'

/**
 * Throws an `option` error that names all that was chosen and isn't among `allowed`, the options' names in the code; `fact` says
 * why, as in `--resume: the run goes on as it began`.
 */
export function refuseChoices(command: Command, allowed: ReadonlySet<string>, fact: string, network?: string): void {
  const given = command.options.filter((option) => {
    const name = option.attributeName()
    return command.getOptionValueSource(name) === 'cli' && !allowed.has(name)
  })
  const names = [...(network === undefined ? [] : [`the network ${network}`]), ...given.map(({ long }) => long)]
  if (names.length === 0) return
  const them = names.length === 1 ? 'it' : 'them'
  throw new IsobathError('option', `${fact}, got ${names.join(', ')} as well. Leave ${them} out.`)
}
