/** Hints for error messages: how to correct the options of a preset that can't be read. */
import { nearest } from '../support/nearest.ts'
import type { FoundFamily } from './families/table.ts'

/** The hint for a word without a key that is the value of an option, such as fixup. */
export function hintForValue(name: string, { family }: FoundFamily, word: string): string | undefined {
  const option = Object.entries(family.options).find(([, { words }]) => words?.includes(word))
  return option && `Write ${name}:${option[0]}=${word}.`
}

/**
 * The hint for any word. The hint names the option that the word spells or nearly spells, or else an example of the
 * preset's options.
 */
export function hintForWord(name: string, found: FoundFamily, word: string): string {
  const { options } = found.family
  const keys = Object.keys(options)
  const key = keys.includes(word) ? word : nearest(word, keys)
  const value = hintForValue(name, found, word)
  if (value !== undefined) return value
  if (key === undefined) return `Write ${name}:${someOptions(name, found)}.`
  const example = exampleOf(name, key, found)
  return `${key} is ${options[key].values}${example === undefined ? '' : `: write ${name}:${example}`}.`
}

function someOptions(name: string, found: FoundFamily): string {
  const keys = Object.keys(found.family.options)
  if (keys.includes('depth') && keys.includes('width')) return 'depth=8,width=64'
  return keys.flatMap((key) => exampleOf(name, key, found) ?? [])[0]
}

/**
 * An example of the option with a value that the preset accepts. A value that differs from the default is preferred.
 */
function exampleOf(name: string, key: string, { family, numbers }: FoundFamily): string | undefined {
  const { words = [], fallback } = family.options[key]
  const values = [...words.filter((word) => word !== fallback), fallback]
  const value = values.find((one) => {
    try {
      return family.build({ name, options: new Map([[key, one]]) }, numbers, { classes: 10 }) !== undefined
    } catch {
      return false
    }
  })
  return value === undefined ? undefined : `${key}=${value}`
}
