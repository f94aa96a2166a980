/** The option for how often a network is scored during the training. */
import { type Kind, readNumber } from '../support/kinds.ts'

/** How often a network is scored: a number of steps, a number of passes over the training set, or never. */
export type EvaluateEvery = number | { readonly epochs: number } | 'never'

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1

function hasEpochs(value: unknown): value is { readonly epochs: number } {
  return typeof value === 'object' && value !== null && 'epochs' in value && typeof value.epochs === 'number'
}

/** Reads texts such as `500` (steps), `epoch`, `0.5epochs` or `never`. Returns undefined for any other text. */
function read(text: string): EvaluateEvery | undefined {
  if (text === 'never') return text
  const passes = /^(.*?)\s*epochs?$/.exec(text)?.[1]
  const number = passes === '' ? 1 : readNumber(passes ?? text)
  if (passes === undefined) return isWhole(number) ? number : undefined
  return number === undefined ? undefined : { epochs: number }
}

export const evaluateEvery: Kind<EvaluateEvery> = {
  expected: "a number of steps, such as 500, or { epochs: 1 }, or 'never'",
  accepts: (value): value is EvaluateEvery => value === 'never' || isWhole(value) || hasEpochs(value),
  text: { read, expected: 'a number of steps (500), a number of passes (epoch, 0.5epochs), or never' },
}
