/**
 * Tables of options. Each row of a table holds an option's kind, default, flag and help. Types, checks, errors, flags,
 * stored settings, descriptions and the tables in the docs are all made from the rows of a table.
 */

import { listed } from '../format/words.ts'
import { aliasesOf, flagAliases } from './aliases.ts'
import { type ErrorCode, IsobathError } from './errors.ts'
import { complaint, type Kind } from './kinds.ts'
import { suggestion } from './nearest.ts'
import { currentName, warnOfOldName, withCurrentNames } from './renamed.ts'

/** The properties of an option other than its kind. */
export interface Row<T> {
  /** True if the option can't be left out. */
  readonly required?: true
  /**
   * Value of an option that is left out. null means that the option is off. If a row has no `default`, the settings of
   * a training leave the option out too.
   */
  readonly default?: T | null
  /** The flag of the option on the command line, such as `--batch <n>`. */
  readonly flag?: string
  /**
   * Help for the command line and for the tables in the docs. The default in words and the aliases of the flag are added
   * at the end of the help. If `help` is a function, the function gets the default in words and adds the default itself.
   */
  readonly help?: string | ((usual: string) => string)
  /** The default in words, if the value alone is unclear. */
  readonly usual?: string
  /**
   * Returns a text about the option's value for the description of a training, or undefined to leave the value out.
   * `recipe` is the name of the training's recipe.
   */
  readonly describe?: (value: T, recipe?: string) => string | undefined
  /**
   * Value of the option in trainings that were stored before the option existed. If a row has no `before`, the option's
   * default applies to older trainings.
   */
  readonly before?: T
}

/**
 * An option, which `field` makes from a kind and a row. T is the type of given values. D is the type of the default,
 * and is `never` for a required option.
 */
export interface Field<T, D = undefined> {
  readonly kind: Kind<T>
  readonly default: D
  readonly required: boolean
  readonly flag?: string
  /**
   * Help text of the option, with the default in words. A command whose default differs from the default of the row
   * passes its own default in words as `usual`.
   */
  readonly help: (usual?: string) => string
  readonly describe: (value: unknown, recipe?: string) => string | undefined
  readonly before: T | D
}

export type Fields = Readonly<Record<string, Field<unknown, unknown>>>

// The types use keyof Pick and keyof Omit instead of the keys themselves, so that editors show a row's docstring for
// its option.

type RequiredKeys<F extends Fields> = { [K in keyof F]: [F[K]['default']] extends [never] ? K : never }[keyof F]

/** The options that a caller may give. An option with the value undefined counts as left out. */
export type Input<F extends Fields> = { readonly [K in keyof Pick<F, RequiredKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in keyof Omit<F, RequiredKeys<F>>]?: ValueOf<F[K]> | Extract<F[K]['default'], null>
}

type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends F[K]['default'] ? K : never }[keyof F]

/** The options with defaults filled in. Options without a default may be missing. */
export type Output<F extends Fields> = {
  readonly [K in keyof Omit<F, OptionalKeys<F>>]: ValueOf<F[K]> | F[K]['default']
} & { readonly [K in keyof Pick<F, OptionalKeys<F>>]?: ValueOf<F[K]> }

type ValueOf<F> = F extends Field<infer T, unknown> ? T : never

/** Makes a required option. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly required: true }): Field<T, never>
/** Makes an option without a default. */
export function field<T>(kind: Kind<T>, row?: Row<NoInfer<T>> & { readonly default?: undefined }): Field<T>
/** Makes an option with a default. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly default: NoInfer<T> }): Field<T, T>
/** Makes an option that is off by default. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly default: null }): Field<T, null>
export function field<T>(kind: Kind<T>, row: Row<T> = {}): Field<T, T | null | undefined> {
  const { default: standard, required = false, flag, help = '', describe, before = standard } = row
  const { usual: own = typeof standard === 'number' || typeof standard === 'string' ? String(standard) : '' } = row
  const aliases = flag === undefined ? [] : aliasesOf(flag.split(' ')[0], flagAliases)
  const also = aliases.length === 0 ? '' : `; also ${listed(aliases)}`
  return {
    kind,
    default: standard,
    required,
    flag,
    help: (usual = own) => {
      if (typeof help === 'function') return `${help(usual)}${also}`
      return usual === '' ? `${help}${also}` : `${help} (default: ${usual})${also}`
    },
    describe: (value, recipe) => (kind.accepts(value) ? describe?.(value, recipe) : undefined),
    before,
  }
}

/** Whether the option accepts the value. An option that is off by default also accepts null. */
const accepts = (field: Field<unknown, unknown>, value: unknown): boolean =>
  field.kind.accepts(value) || (value === null && field.default === null)

const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined

/**
 * The owner of options, such as a function. Errors about the options name the owner and have the owner's error code.
 */
export interface OptionsOwner {
  /** Name of the owner in error messages. */
  readonly name: string
  readonly code: ErrorCode
}

/**
 * The given options that are in the table. An option with the value undefined counts as left out. Throws an `option`
 * error that names the first option with a value of the wrong kind, or a required option that was left out. If an owner
 * is given, the error has the owner's name and code.
 */
export function pickOptions<F extends Fields>(table: F, given: object, owner?: OptionsOwner): Input<F> {
  const needed = Object.entries(table).filter(([, { required }]) => required)
  const named = withCurrentNames(given, warnOfOldName)
  const values = { ...Object.fromEntries(needed.map(([key]) => [key, undefined])), ...named }
  const own = Object.entries(values).filter(([key]) => Object.hasOwn(table, key))
  for (const [key, value] of own) {
    const row = table[key]
    if (value === undefined ? !row.required : accepts(row, value)) continue
    const complains = complaint(row.kind, value)
    if (owner !== undefined) throw new IsobathError(owner.code, `${owner.name}: ${key}: ${complains}`)
    throw new IsobathError('option', (name) => `${name(key)}: ${complains}`)
  }
  return Object.fromEntries(own.filter(isGiven)) as Input<F>
}

/** A table of options without the rows `keys`. */
export function without<F extends Fields, K extends keyof F>(table: F, ...keys: readonly K[]): Omit<F, K> {
  const kept = Object.entries(table).filter(([key]) => !keys.some((left) => left === key))
  return Object.fromEntries(kept) as Omit<F, K>
}

/**
 * A value for each row of a table of options: the given value, or else the default. The options must have been checked
 * before. Options that the table lacks are left out.
 */
export function withDefaults<F extends Fields>(table: F, options: Input<F>): Output<F> {
  const given: object = options
  const values = Object.entries(table).map(([key, row]) => [key, Reflect.get(given, key) ?? row.default] as const)
  return Object.fromEntries(values.filter(isGiven)) as Output<F>
}

/**
 * The descriptions of option values by the name of the option, in the order of the table. `recipe` is the name of the
 * training's recipe.
 */
export function describeFields(table: Fields, values: object, recipe?: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>()
  for (const [key, field] of Object.entries(table)) {
    const text = field.describe(Reflect.get(values, key), recipe)
    if (text !== undefined) words.set(key, text)
  }
  return words
}

/**
 * Reads stored values of options. A value is missing if the file was written by a version of Isobath without the
 * option. Throws a `run` error on a value of the wrong kind, and on an option that this version of Isobath doesn't
 * have. `where` is the location of the values in the file, for error messages.
 */
export function readStored<F extends Fields>(
  table: F,
  written: Readonly<Record<string, unknown>>,
  where: string,
): Output<F> {
  const stored = withCurrentNames(written)
  for (const key of Object.keys(stored)) {
    if (!Object.hasOwn(table, key)) {
      throw new IsobathError(
        'run',
        `${where}.${key}: this version has no such option. Use the version that wrote the file.`,
      )
    }
  }
  const values = Object.entries(table).map(([key, row]) => [key, stored[key] ?? row.before] as const)
  for (const [key, value] of values) {
    const { kind, required } = table[key]
    if (value === undefined ? !required : accepts(table[key], value) || kind.wasAccepted?.(value)) continue
    throw new IsobathError('run', `${where}.${key}: ${complaint(kind, value)} The file was changed or broken.`)
  }
  return Object.fromEntries(values.filter(isGiven)) as Output<F>
}

/**
 * Throws an `option` error on an unknown name. `remedies` holds a remedy for each unknown name that a user may expect
 * to work.
 */
export function checkNames(
  known: readonly string[],
  given: object,
  remedies: Readonly<Record<string, string>> = {},
): void {
  for (const [key] of Object.entries(given)) {
    if (known.includes(currentName(key))) continue
    const remedy = Object.hasOwn(remedies, key) ? remedies[key] : suggestion(key, known)
    throw new IsobathError('option', `${key}: expected one of ${known.join(', ')}. ${remedy}`.trimEnd())
  }
}
