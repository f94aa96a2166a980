/**
 * The networks of He et al. (2015), section 4.2, for CIFAR. A network of 6n + 2 layers has a 3x3 convolution with 16
 * filters, three stages of n blocks each, the mean over positions, and a dense layer. The stages have 16, 32 and 64
 * filters, on maps of the full, half and quarter size.
 */
import { chain } from '../layers.ts'
import { basic, halving } from './blocks.ts'
import { cifar, type Family, type NameNumbers, oneOf } from './family.ts'
import { readStyle, styleOptions } from './style.ts'
import { head, plainBlock, postActivationBlock, stageLayers, stem } from './units.ts'

const widths = [16, 32, 64]
const named = [20, 32, 44, 56, 110, 1202]

function sixNPlusTwo(title = 'N'): NameNumbers {
  const holds = ([layers]: readonly number[]) => layers >= 8 && layers <= 10_000 && layers % 6 === 2
  return { title, count: 1, rule: 'N = 6n + 2 from 8 to 10,000, such as 20, 56 or 110', holds }
}

const build =
  (isResidual: boolean): Family['build'] =>
  (text, [layers], { classes }) => {
    const counts = widths.map(() => (layers - 2) / 6)
    const branches = 3 * counts[0]
    const style = readStyle(text, { shortcut: 'a', branches, endsInNorm: true })
    const block = isResidual ? postActivationBlock(style) : plainBlock(style)
    const first = { channels: widths[0], kernel: 3, stride: 1 }
    const stages = stageLayers(halving(counts, widths, basic), first.channels, block)
    return chain(stem(first, style), ...stages, ...head(style, classes))
  }

const residual = { group: 'cifar', ...cifar, options: styleOptions.residual('a'), build: build(true) } as const

const sixNMeans = 'residual network of any N = 6n + 2 layers for CIFAR (He et al. 2015)'

export const cifarFamilies: readonly Family[] = [
  {
    ...residual,
    stem: 'resnet',
    numbers: oneOf(...named),
    means: 'residual network of N layers for CIFAR (He et al. 2015)',
  },
  { ...residual, stem: 'cifar-resnet', numbers: sixNPlusTwo(), means: sixNMeans },
  {
    ...residual,
    stem: 'plain',
    numbers: sixNPlusTwo(),
    means: 'plain network of N = 6n + 2 layers for CIFAR, without skip connections (He et al. 2015)',
    options: styleOptions.plain,
    build: build(false),
  },
]
