/** Makes flags from tables of options, and reads options from the flags that were given. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { OptionName } from '../index.ts'
import {
  commonOptions,
  type Fields,
  type Input,
  machine,
  optimizerOptions,
  pickOptions,
  suggestion,
  tableOptions,
  training,
} from '../internal.ts'
import { Flag } from './flag.ts'
import { quote } from './quote.ts'

/**
 * Makes the command-line flag for one option from a table of options. The help shows the default of the option, or
 * `usual` if the command has another default. The flag has no default value, so an option that was not given stays
 * undefined.
 */
export function fieldOption({ kind, flag = '', help }: Fields[string], usual?: string): Option {
  const { expected } = kind.text ?? kind
  const option = new Flag(flag, help(usual), expected === 'text' ? undefined : expected)
  const { names, text, hint = '' } = kind
  if (names) {
    return option.choices(names).argParser((given: string) => {
      if (names.includes(given)) return given
      const advice = suggestion(given, names).trim() || withFlags(hint)
      throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}. ${advice}`.trim())
    })
  }
  if (text === undefined) return option
  return option.argParser((given: string, before: unknown) => {
    const value = text.read(given, before)
    if (value === undefined) throw new InvalidArgumentError(`Expected ${text.expected}.`)
    return value
  })
}

/**
 * Adds the flags for all options of a table to a command, in the order of the table. `usual` has a text for each option
 * whose default differs in this command.
 */
export function addFields(
  command: Command,
  table: Fields,
  usual: Readonly<Record<string, string | undefined>> = {},
): Command {
  for (const [key, row] of Object.entries(table)) {
    if (row.flag !== undefined) command.addOption(fieldOption(row, usual[key]))
  }
  return command
}

/** Returns the options of a table that were given as flags. Throws an `option` error if a flag has a bad value. */
export function givenOptions<F extends Fields>(table: F, flags: object): Input<F> {
  const values = Object.entries(table).map(([key, row]) => [key, givenValue(row, flags)] as const)
  return pickOptions(table, Object.fromEntries(values))
}

function givenValue({ flag }: Fields[string], flags: object): unknown {
  if (flag === undefined) return undefined
  const option = new Option(flag)
  const value: unknown = Reflect.get(flags, option.attributeName())
  // commander gives a flag such as --no-winograd the value true if the flag was not given.
  return option.negate && value === true ? undefined : value
}

/** Flags that only one command has, and that no table of options lists. */
const ownFlags: Readonly<Record<string, string>> = {
  best: '--best',
  budget: '--budget',
  data: '--data',
  keep: '--keep',
  set: '--set',
  depth: '--depth',
  depths: '--depths',
  seeds: '--seeds',
  rates: '--rates',
  tune: '--tune',
}

/**
 * Returns an option as the command line spells it, such as `--clip-norm` for `clipNorm`. An option without a flag keeps
 * its name.
 */
export const flagName: OptionName = (key, value) => {
  const tables: Fields = { ...commonOptions, ...tableOptions, ...training, ...optimizerOptions, ...machine }
  const flag = Object.hasOwn(tables, key) ? tables[key].flag : undefined
  const name = (flag === undefined ? ownFlags[key] : new Option(flag).long) ?? key
  if (value === undefined) return name
  const text = typeof value === 'object' && 'asText' in value ? value.asText : [value].flat().join(',')
  return `${name} ${quote(text)}`
}

/**
 * Returns a note of the library with its options as the command line spells them. For example, `target: "values"`
 * becomes `--target values`. Only an option with a value is recognized, and only if the option has a flag.
 */
export function withFlags(note: string): string {
  return note.replace(/\b([a-z]\w*): "([^"]*)"/gi, (words, key: string, value: string) => {
    const flag = flagName(key, value)
    return flag.startsWith('--') ? flag : words
  })
}
