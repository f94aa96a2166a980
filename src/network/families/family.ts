/** Types of a family of presets, which is one row of the table of presets. */
import type { Network } from '../network.ts'
import type { PresetOption, PresetText } from '../preset-text.ts'

export interface PresetContext {
  /** Number of classes, which is the width of the read-out. */
  readonly classes: number
  /** Shape of one sample. Dense presets accept any shape, and convolutional presets need [channels, height, width]. */
  readonly input?: readonly number[]
}

/** The rule for the numbers in a preset's name, such as 16 and 4 in wide-resnet-16-4. */
export interface NameNumbers {
  /** The numbers of a preset's name as the help writes them, such as `N`, `D-K` or `18|34`. */
  readonly title: string
  /** Count of the numbers in the preset's name. The first number in the name is the depth. */
  readonly count: 1 | 2
  /** The rule for the numbers of a preset's name, in words for error messages, such as `N = 6n + 2, such as 20`. */
  readonly rule: string
  holds(numbers: readonly number[]): boolean
}

export type GroupName = 'dense' | 'autoencoder' | 'cifar' | 'imagenet' | 'vgg' | 'lenet' | 'hardt-ma' | 'vanilla' | 'du'

export interface Family {
  readonly group: GroupName
  /** The preset's name without its numbers. */
  readonly stem: string
  readonly numbers?: NameNumbers
  readonly means: string
  readonly options: Readonly<Record<string, PresetOption<unknown>>>
  /** Shape of one sample of the data that the family is for. */
  readonly input: readonly number[]
  /** Number of classes of the data that the family is for. For an autoencoder, the number of values of a sample. */
  readonly classes: number
  /** Whether the networks of the family reproduce their inputs, so that their targets are the inputs. */
  readonly reproducesInputs?: true
  /** Whether the networks of the family have no nonlinearity, as their name says. */
  readonly isLinear?: true
  /**
   * Builds the network that the preset's text describes. `numbers` holds the numbers in the preset's name. Throws a
   * `preset` error on a bad option.
   */
  build(text: PresetText, numbers: readonly number[], context: PresetContext): Network
}

export const cifar = { input: [3, 32, 32], classes: 10 } as const
export const imagenet = { input: [3, 224, 224], classes: 1000 } as const

/** The rule for preset names with a single number, which must be in the given list. */
export function oneOf(...listed: readonly number[]): NameNumbers {
  return {
    title: listed.join('|'),
    count: 1,
    rule: `one of ${listed.join(', ')}`,
    holds: ([first]) => listed.includes(first),
  }
}
