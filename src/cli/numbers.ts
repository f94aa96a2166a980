/** How numbers are written on the command line. */
import { InvalidArgumentError } from 'commander'

/** A number, as people write it: 0.1, 1e-4, 128. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

/** A whole number of at least `least`. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
    }
    return value
  }
}

/** `4,16,64`, each number once. */
export function wholeList(least: number): (text: string) => number[] {
  const parse = wholeFrom(least)
  return (text) => [...new Set(text.split(',').map((part) => parse(part)))]
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}

/** `2GiB`, `500MB`; bytes. */
export function parseBytes(text: string): number {
  const match = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text.trim())
  const unit = match ? byteUnits[match[2].toUpperCase()] : undefined
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? 0))
  if (!(bytes > 0)) throw new InvalidArgumentError('Expected a size such as 2GiB or 500MB.')
  return bytes
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, '': 1, min: 60, m: 60, h: 3600 }

/** `90`, `90s`, `2m`, `1.5h`; seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim())
  const seconds = Number(match?.[1]) * (match ? (secondsIn[match[2]] ?? 0) : 0)
  if (!(seconds > 0)) throw new InvalidArgumentError('Expected a time such as 90s, 2m or 1h.')
  return seconds
}
