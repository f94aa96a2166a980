/**
 * Options as tables: a row for each says its kind, its default, its flag and its help. Types, checks, errors, flags, stored
 * settings, descriptions and the tables in docs come from the rows.
 */
import { type ErrorCode, IsobathError } from './errors.ts'
import { complaint, type Kind } from './kinds.ts'
import { suggestion } from './nearest.ts'
import { currentName, warnOfOldName, withCurrentNames } from './renamed.ts'

/** What a row says besides its kind. */
export interface Row<T> {
  /** True where it can't be left out. */
  readonly required?: true
  /** Taken where the option is left out. null: the option is off, and settings say so. Absent: settings leave it out, too. */
  readonly default?: T | null
  /** How the command line takes it: `--batch <n>`. */
  readonly flag?: string
  /** For the help of the command line and the tables in docs. Its function has the default in words, for another place than the end. */
  readonly help?: string | ((usual: string) => string)
  /** The default in words, where the value doesn't say it. */
  readonly usual?: string
  /** Words for a training's description; undefined where there is nothing to say. `recipe`: the name of one that is followed. */
  readonly describe?: (value: T, recipe?: string) => string | undefined
  /** The value of trainings that were stored before there was this option; by default its default. */
  readonly before?: T
}

/** A row, ready to use: T is what is given, D what stands for it where it is left out; never where it can't be left out. */
export interface Field<T, D = undefined> {
  readonly kind: Kind<T>
  readonly default: D
  readonly required: boolean
  readonly flag?: string
  /** With the default in words: the row's, or another one where a command has its own. */
  readonly help: (usual?: string) => string
  readonly describe: (value: unknown, recipe?: string) => string | undefined
  readonly before: T | D
}

export type Fields = Readonly<Record<string, Field<unknown, unknown>>>

// keyof Pick and keyof Omit, and not the keys themselves: so a row's docstring is that of its option, too.

type RequiredKeys<F extends Fields> = { [K in keyof F]: [F[K]['default']] extends [never] ? K : never }[keyof F]

/** The options that a caller may give; undefined is as left out. */
export type Input<F extends Fields> = { readonly [K in keyof Pick<F, RequiredKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in keyof Omit<F, RequiredKeys<F>>]?: ValueOf<F[K]> | Extract<F[K]['default'], null>
}

type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends F[K]['default'] ? K : never }[keyof F]

/** The same with defaults; what has none may be missing. */
export type Output<F extends Fields> = {
  readonly [K in keyof Omit<F, OptionalKeys<F>>]: ValueOf<F[K]> | F[K]['default']
} & { readonly [K in keyof Pick<F, OptionalKeys<F>>]?: ValueOf<F[K]> }

type ValueOf<F> = F extends Field<infer T, unknown> ? T : never

/** A row that can't be left out. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly required: true }): Field<T, never>
/** A row without a default. */
export function field<T>(kind: Kind<T>, row?: Row<NoInfer<T>> & { readonly default?: undefined }): Field<T>
/** A row with one. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly default: NoInfer<T> }): Field<T, T>
/** A row that is off by default. */
export function field<T>(kind: Kind<T>, row: Row<NoInfer<T>> & { readonly default: null }): Field<T, null>
export function field<T>(kind: Kind<T>, row: Row<T> = {}): Field<T, T | null | undefined> {
  const { default: standard, required = false, flag, help = '', describe, before = standard } = row
  const { usual: own = typeof standard === 'number' || typeof standard === 'string' ? String(standard) : '' } = row
  return {
    kind,
    default: standard,
    required,
    flag,
    help: (usual = own) => {
      if (typeof help === 'function') return help(usual)
      return usual === '' ? help : `${help} (default: ${usual})`
    },
    describe: (value, recipe) => (kind.accepts(value) ? describe?.(value, recipe) : undefined),
    before,
  }
}

/** True for the values of a field, and for the null of an option that is off. */
const accepts = (field: Field<unknown, unknown>, value: unknown): boolean =>
  field.kind.accepts(value) || (value === null && field.default === null)

const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined

/** Whose options they are, where an error names that beside the option, and the code of the error. */
export interface OptionsOwner {
  readonly name: string
  readonly code: ErrorCode
}

/**
 * The options of a table among those that were given; undefined is as left out. Throws an error that names the first value
 * of another kind, or an option that can't be left out: an `option` error, or with the name and the code of their owner.
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

/** A table without some of its rows. */
export function without<F extends Fields, K extends keyof F>(table: F, ...keys: readonly K[]): Omit<F, K> {
  const kept = Object.entries(table).filter(([key]) => !keys.some((left) => left === key))
  return Object.fromEntries(kept) as Omit<F, K>
}

/** A value for each row of a table: what was given, or else the default. Of checked options; those of other tables are left out. */
export function withDefaults<F extends Fields>(table: F, options: Input<F>): Output<F> {
  const given: object = options
  const values = Object.entries(table).map(([key, row]) => [key, Reflect.get(given, key) ?? row.default] as const)
  return Object.fromEntries(values.filter(isGiven)) as Output<F>
}

/** The words of each value that has some, by its option and in the table's order. `recipe`: the name of one that is followed. */
export function describeFields(table: Fields, values: object, recipe?: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>()
  for (const [key, field] of Object.entries(table)) {
    const text = field.describe(Reflect.get(values, key), recipe)
    if (text !== undefined) words.set(key, text)
  }
  return words
}

/**
 * Values that were stored, read again: one that is missing is from before there was its option. Throws a `run` error on a
 * value of another kind, and on one that this version has no option for. `where`: the place in the file.
 */
export function readStored<F extends Fields>(
  table: F,
  written: Readonly<Record<string, unknown>>,
  where: string,
): Output<F> {
  const stored = withCurrentNames(written)
  for (const key of Object.keys(stored)) {
    if (!Object.hasOwn(table, key)) {
      throw new IsobathError('run', `${where}.${key}: this version has no such option. Use the version that wrote it.`)
    }
  }
  const values = Object.entries(table).map(([key, row]) => [key, stored[key] ?? row.before] as const)
  for (const [key, value] of values) {
    if (value === undefined ? !table[key].required : accepts(table[key], value)) continue
    throw new IsobathError(
      'run',
      `${where}.${key}: ${complaint(table[key].kind, value)} The file was changed or broken.`,
    )
  }
  return Object.fromEntries(values.filter(isGiven)) as Output<F>
}

/**
 * Throws an `option` error on a name that no table has. `remedies`: what to do about names that are known from elsewhere.
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
