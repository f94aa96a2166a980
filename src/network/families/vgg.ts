/**
 * The networks of Simonyan & Zisserman (2015), table 1, configurations A, B, D and E. A network has five stages of 3x3
 * convolutions, a 2x2 max pooling after each stage, and dense layers at the end. The number in the name counts the
 * convolutions and the three dense layers.
 *
 * On images of at least 64 x 64 pixels, the network ends as in the paper: two hidden dense layers of 4,096 units with
 * dropout, and the read-out. On smaller images, the five poolings leave a single position, and only the read-out
 * follows, as is usual for CIFAR. A pooling of a map with a single row or column is left out.
 */
import { chain, dense, dropout, maxPool, named, relu } from '../layers.ts'
import type { Layer } from '../network.ts'
import { choice, flag, number } from '../option-kinds.ts'
import { denseOptions, widthList } from '../preset-options.ts'
import { type PresetOption, type PresetText, presetError, take } from '../preset-text.ts'
import { type Family, imagenet, oneOf } from './family.ts'
import { type FamilyStyle, readStyle, styleOptions } from './style.ts'
import { plainBlock, stageLayers } from './units.ts'

/** The number of convolutions in each stage, by the number in the name. */
const counts: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
}

const channels = [64, 128, 256, 512, 512]
const paperWidths: readonly number[] = [4096, 4096]
const paperDropout = 0.5

const options = {
  hidden: {
    values: `none, or ${denseOptions.widths.values.replace('784-400-100', '512-512')}`,
    fallback: '4096-4096 for images of at least 64 x 64 pixels, none for smaller images',
    means: 'number of units of each dense layer between the last pooling and the read-out',
    words: ['none'],
    read: (text) => (text === 'none' ? [] : widthList(text)),
  } satisfies PresetOption<readonly number[]>,
  dropout: number(
    'a number from 0 to below 1',
    (value) => value >= 0 && value < 1,
    String(paperDropout),
    'probability that a unit is dropped after each hidden dense layer',
  ),
  ...styleOptions.plain,
  norm: choice(['batch', 'none'], 'none', 'normalization of every convolution'),
  'conv-bias': flag('true', 'whether convolutions have biases'),
} as const

export const vggFamily: Family = {
  group: 'vgg',
  ...imagenet,
  stem: 'vgg',
  numbers: oneOf(11, 13, 16, 19),
  means: 'convolutions without skip connections, and dense layers (Simonyan & Zisserman 2015)',
  options,
  build: (text, [layers], { classes, input = imagenet.input }) => {
    const style = readStyle(text, { shortcut: 'b', branches: 0, endsInNorm: true, norm: false, bias: true })
    const [from, height, width] = input
    const stages = counts[layers].map((count, index) => {
      const block = [{ channels: channels[index], kernel: 3, stride: 1 }]
      return { count, enter: block, rest: block }
    })
    const poolings = Math.min(stages.length, Math.floor(Math.log2(Math.min(height, width))))
    const isSingle = height >> poolings === 1 && width >> poolings === 1
    return chain(
      ...stageLayers(stages, from, plainBlock(style)).flatMap((stage, index) =>
        index < poolings ? [stage, named(`pool${index + 1}`, maxPool())] : [stage],
      ),
      ...hiddenLayers(text, isSingle ? [] : paperWidths, style),
      ...(style.top ? [dense(classes, { name: 'readout', init: style.readout })] : []),
    )
  },
}

/** The hidden dense layers, each with a ReLU and dropout. */
function hiddenLayers(text: PresetText, usual: readonly number[], { readout: init }: FamilyStyle): Layer[] {
  const widths = take(text, 'hidden', options.hidden) ?? usual
  const rate = take(text, 'dropout', options.dropout)
  if (rate !== undefined && widths.length === 0) {
    const remedy = 'Leave dropout out, or add hidden=512-512.'
    throw presetError(`${text.name}:dropout=${rate}`, 'hidden dense layers with dropout', 'none', remedy)
  }
  return widths.flatMap((width, index) => [
    dense(width, { name: `hidden${index + 1}`, init }),
    relu(),
    ...(rate === 0 ? [] : [dropout(rate ?? paperDropout)]),
  ])
}
