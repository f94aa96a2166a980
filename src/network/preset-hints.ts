/** What to write where the options of a preset can't be read. */
import { nearest } from '../support/nearest.ts'
import type { FoundFamily } from './families/table.ts'

/** A word that stands alone but is the value of an option, such as fixup. */
export function hintForValue(name: string, { family }: FoundFamily, word: string): string | undefined {
  const option = Object.entries(family.options).find(([, { words }]) => words?.includes(word))
  return option && `Write ${name}:${option[0]}=${word}.`
}

/** The same for any word: the option that it is, or nearly is, and what it takes; else an option that the preset has. */
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

/** The option with a value that the preset takes, another than it has without the option if there is one. */
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
