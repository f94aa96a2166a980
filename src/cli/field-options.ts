/** From tables of options to flags, and from the flags that were given back to options. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { OptionName } from '../index.ts'
import {
  commonOptions,
  type Fields,
  type Input,
  machine,
  optimizerOptions,
  pickOptions,
  tableOptions,
  training,
} from '../internal.ts'
import { quote } from './quote.ts'

/**
 * The flag of a row. Its default stands in the help (`usual`: another one, in words); the flag itself has none, so that what
 * wasn't given is left out.
 */
export function fieldOption({ kind, flag = '', help }: Fields[string], usual?: string): Option {
  const option = new Option(flag, help(usual))
  if (kind.names) return option.choices(kind.names)
  const { text } = kind
  if (text === undefined) return option
  return option.argParser((given: string, before: unknown) => {
    const value = text.read(given, before)
    if (value === undefined) throw new InvalidArgumentError(`Expected ${text.expected}.`)
    return value
  })
}

/** All flags of a table, in its order. `usual`: defaults of this command, in words, by the options' names. */
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

/** The options of a table that were given as flags, checked. Throws an `option` error. */
export function givenOptions<F extends Fields>(table: F, flags: object): Input<F> {
  const values = Object.entries(table).map(([key, row]) => [key, givenValue(row, flags)] as const)
  return pickOptions(table, Object.fromEntries(values))
}

function givenValue({ flag }: Fields[string], flags: object): unknown {
  if (flag === undefined) return undefined
  const option = new Option(flag)
  const value: unknown = Reflect.get(flags, option.attributeName())
  // A flag such as --no-winograd is true where it wasn't given.
  return option.negate && value === true ? undefined : value
}

/** Flags of single commands, which are in no table. */
const ownFlags: Readonly<Record<string, string>> = {
  budget: '--budget',
  set: '--set',
  depths: '--depths',
  seeds: '--seeds',
}

/** An option as it is typed on the command line: `--clip-norm` for `clipNorm`. What is no flag keeps its name. */
export const flagName: OptionName = (key, value) => {
  const tables: Fields = { ...commonOptions, ...tableOptions, ...training, ...optimizerOptions, ...machine }
  const flag = Object.hasOwn(tables, key) ? tables[key].flag : undefined
  const name = (flag === undefined ? ownFlags[key] : new Option(flag).long) ?? key
  return value === undefined ? name : `${name} ${quote([value].flat().join(','))}`
}
