/** The commands of the program, which say clearly that the value of a flag is missing. */
import { Command, type Option, type ParseOptionsResult } from 'commander'
import { IsobathError } from '../support/errors.ts'
import { expectedOf } from './flag-values.ts'

export class ProgramCommand extends Command {
  override createCommand(name?: string): ProgramCommand {
    return new ProgramCommand(name)
  }

  override parseOptions(words: string[]): ParseOptionsResult {
    checkValues(this.options, words)
    return super.parseOptions(words)
  }
}

/**
 * Throws an `option` error if a flag that needs a value is the last word, or if another flag follows. Otherwise
 * commander would take the other flag for the value. No value starts with two dashes and a letter.
 */
function checkValues(options: readonly Option[], words: readonly string[]): void {
  for (let at = 0; at < words.length && words[at] !== '--'; at++) {
    const option = options.find(({ short, long }) => words[at] === long || words[at] === short)
    if (!option?.required) continue
    const value = words[++at]
    if (value !== undefined && !/^--[a-z]/.test(value)) continue
    const found = value === undefined ? 'none' : `none before ${value}`
    throw new IsobathError('option', `${option.long}: expected ${expectedOf(option)}, got ${found}. Give a value.`)
  }
}
