/** Descriptions of the values of flags, for the errors about flags whose value is missing. */
import type { Option } from 'commander'
import { Flag } from './flag.ts'

/**
 * Descriptions of accepted texts, by the flag, or by the word for the value in the help, such as `folder` in `--run
 * <folder>`.
 */
const meanings: Readonly<Record<string, string>> = {
  '--data': 'the name of a data set, or a table such as FILE.csv',
  address: 'the address of a mirror',
  column: 'the name of a column',
  columns: 'names of columns with commas between them',
  file: 'the path of a file',
  folder: 'the path of a folder',
  list: 'numbers with commas between them, such as 4,16,64',
  n: 'a whole number',
  network: 'a network',
  path: 'a path',
  place: 'the path of a file or of a folder',
  shape: 'the shape of a sample, such as 3x32x32',
  text: 'a part of a name',
  time: 'a duration, such as 2m',
}

/** Describes the texts that a flag accepts, after the word "expected". */
export function expectedOf(option: Option): string {
  const { flags, long, argChoices } = option
  if (argChoices !== undefined) return `one of ${argChoices.join(', ')}`
  const word = /<(.*)>/.exec(flags)?.[1] ?? ''
  const expected = option instanceof Flag ? option.expected : undefined
  return meanings[long ?? ''] ?? expected ?? meanings[word] ?? 'a value'
}
