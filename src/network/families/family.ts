/** What a family of networks by name is: one row of the table of presets. */
import type { Network } from '../network.ts'
import type { PresetOption, PresetText } from '../preset-text.ts'

export interface PresetContext {
  /** The read-out's width. */
  readonly classes: number
  /** One sample's shape; the dense presets take any, the convolutional ones [channels, height, width]. */
  readonly input?: readonly number[]
}

/** The numbers in a name such as wide-resnet-16-4. */
export interface NameNumbers {
  /** As the help writes them: `N`, `D-K`, `18|34`. */
  readonly title: string
  /** How many there are; the first is the depth. */
  readonly count: 1 | 2
  /** What they must be, for errors: `N = 6n + 2, such as 20`. */
  readonly rule: string
  holds(numbers: readonly number[]): boolean
}

export type GroupName = 'dense' | 'cifar' | 'imagenet' | 'hardt-ma' | 'vanilla' | 'du'

export interface Family {
  readonly group: GroupName
  /** The name, without its numbers. */
  readonly stem: string
  readonly numbers?: NameNumbers
  readonly means: string
  readonly options: Readonly<Record<string, PresetOption<unknown>>>
  /** Shape and classes of the data that the family is for. */
  readonly input: readonly number[]
  readonly classes: number
  /** `numbers` are those of the name. Throws an IsobathError `preset`. */
  build(text: PresetText, numbers: readonly number[], context: PresetContext): Network
}

export const cifar = { input: [3, 32, 32], classes: 10 } as const
export const imagenet = { input: [3, 224, 224], classes: 1000 } as const

/** Names with one number out of a list. */
export function oneOf(...listed: readonly number[]): NameNumbers {
  return {
    title: listed.join('|'),
    count: 1,
    rule: `one of ${listed.join(', ')}`,
    holds: ([first]) => listed.includes(first),
  }
}
