/**
 * The networks of He et al. (2015), table 1, for ImageNet. The networks for ImageNet begin with a 7x7 convolution and a
 * 3x3 max pooling, each with stride 2. After the max pooling come four stages of blocks, the mean over positions, and a
 * dense layer. In the paper, the first 1x1 convolution of a bottleneck has the stride. In later versions of ResNet
 * ("v1.5"), the 3x3 convolution of a bottleneck has the stride, which costs more multiply-adds.
 */
import { chain, maxPool } from '../layers.ts'
import { choice } from '../option-kinds.ts'
import { take } from '../preset-text.ts'
import { basic, bottleneck, halving, sum } from './blocks.ts'
import { type Family, imagenet, oneOf } from './family.ts'
import { readStyle, styleOptions } from './style.ts'
import { head, plainBlock, postActivationBlock, stageLayers, stem } from './units.ts'

const counts: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
}

const widths = [64, 128, 256, 512]
const widened = widths.map((width) => 4 * width)
const stride = choice(['1x1', '3x3'], '1x1', 'the convolution of a bottleneck that has the stride')

const build =
  (isResidual: boolean): Family['build'] =>
  (text, [layers], { classes }) => {
    const strideIn = take(text, 'stride', stride)
    const blocks = counts[layers]
    const style = readStyle(text, { shortcut: 'b', branches: sum(blocks), endsInNorm: true })
    const stages =
      layers < 50
        ? halving(blocks, widths, basic)
        : halving(blocks, widened, (channels, step) => bottleneck(channels, step, strideIn))
    const first = { channels: 64, kernel: 7, stride: 2 }
    const pool = maxPool({ kernel: 3, stride: 2, padding: 'same' })
    const block = isResidual ? postActivationBlock(style) : plainBlock(style)
    return chain(stem(first, style, pool), ...stageLayers(stages, 64, block), ...head(style, classes))
  }

const residual = { group: 'imagenet', ...imagenet, build: build(true) } as const

export const imagenetFamilies: readonly Family[] = [
  {
    ...residual,
    stem: 'resnet',
    numbers: oneOf(18, 34),
    means: 'residual network of N layers for ImageNet, with basic blocks (He et al. 2015)',
    options: styleOptions.residual('b'),
  },
  {
    ...residual,
    stem: 'resnet',
    numbers: oneOf(50, 101, 152),
    means: 'residual network of N layers for ImageNet, with bottleneck blocks (He et al. 2015)',
    options: { stride, ...styleOptions.residual('b') },
  },
  {
    ...residual,
    stem: 'plain',
    numbers: oneOf(18, 34),
    means: 'plain network of N layers for ImageNet, without skip connections (He et al. 2015)',
    options: styleOptions.plain,
    build: build(false),
  },
]
