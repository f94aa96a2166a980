/** Kinds of values that the options of presets accept. */
import { grouped } from '../format/words.ts'
import type { PresetOption } from './preset-text.ts'

export function wholeNumber(text: string, smallest: number, largest: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1
  return value >= smallest && value <= largest ? value : undefined
}

export function finiteNumber(text: string): number | undefined {
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

interface Range {
  readonly from?: number
  readonly to: number
}

export function whole({ from = 1, to }: Range, fallback: number, means: string): PresetOption<number> {
  const values = `a whole number from ${from} to ${grouped(to)}`
  return { values, fallback: String(fallback), means, read: (text) => wholeNumber(text, from, to) }
}

export function number(
  values: string,
  holds: (value: number) => boolean,
  fallback: string,
  means: string,
): PresetOption<number> {
  const read = (text: string) => {
    const value = finiteNumber(text)
    return value !== undefined && holds(value) ? value : undefined
  }
  return { values, fallback, means, read }
}

export function choice<W extends string>(words: readonly W[], fallback: string, means: string): PresetOption<W> {
  return {
    values: `one of ${words.join(', ')}`,
    fallback,
    means,
    words,
    read: (text) => words.find((word) => word === text),
  }
}

export function flag(fallback: string, means: string): PresetOption<boolean> {
  const words = ['true', 'false']
  const read = (text: string) => (words.includes(text) ? text === 'true' : undefined)
  return { values: 'true or false', fallback, means, words, read }
}

/** An option whose value is a dropout probability. */
export function rate(means: string): PresetOption<number> {
  return number('a number from 0 to below 1', (value) => value >= 0 && value < 1, '0', means)
}

/** An option whose value is a variance. */
export function variance(fallback: string, means: string): PresetOption<number> {
  return number('a number of at least 0', (value) => value >= 0, fallback, means)
}

export const gainOption = number(
  'a number',
  () => true,
  '1',
  "factor on the initializer's standard deviation; the limit of uniform, and the value of constant",
)

export const topOption = choice(['dense', 'none'], 'dense', 'last layer: a dense read-out, or none')
