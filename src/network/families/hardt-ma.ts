/**
 * The all-convolutional residual network of Hardt & Ma (2017), section 4.1. The blocks of the network are x +
 * C2(ReLU(C1 x)) without norms. Weights have the standard deviation 1/(k^2 c) with c output channels. The read-out is a
 * random projection and isn't trained. The network has 55 convolutions: a 3x3 convolution with 16 filters, then three
 * stages of 9 blocks, with 64, 128 and 256 filters.
 *
 * The paper's table gives 13.5 million parameters, and its text gives 13.59 million. The paper's convolutions alone
 * have 13,538,736 weights. By default, the preset has biases, and its shortcuts are 1x1 convolutions where the size
 * changes. The default network has 13,589,248 parameters. In the paper's text, average pooling and padding with zeros
 * change the image's size. The options `shortcut=pool` and `conv-bias=false` build the network of the paper's text.
 */
import { grouped } from '../../format/words.ts'
import { frameworkMeans, frameworkNames, frameworkStart } from '../framework-starts.ts'
import { hardtMa, lecun } from '../initializers.ts'
import { averagePool, chain, conv, dense, globalAveragePool, named, relu, residual, subsample } from '../layers.ts'
import type { Initializer, Layer } from '../network.ts'
import { choice, flag, topOption } from '../option-kinds.ts'
import { LARGEST_DEPTH } from '../preset-options.ts'
import { type PresetOption, take } from '../preset-text.ts'
import { basic, halving } from './blocks.ts'
import { cifar, type Family } from './family.ts'
import { type MakeBlock, stageLayers, standardConvolution } from './units.ts'

const widths = [64, 128, 256]

const options = {
  depth: {
    values: `6n + 1, from 7 to ${grouped(LARGEST_DEPTH)}`,
    fallback: '55',
    means: 'number of convolutions, without the shortcuts',
    read: (text) => {
      const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
      return value >= 7 && value <= LARGEST_DEPTH && value % 6 === 1 ? value : undefined
    },
  } satisfies PresetOption<number>,
  shortcut: choice(
    ['b', 'pool'],
    'b',
    'shortcut where the size changes: a 1x1 convolution, or average pooling and zeros',
  ),
  'conv-bias': flag('true', 'whether convolutions have biases'),
  init: choice(frameworkNames, "the paper's", `initial weights; ${frameworkMeans}`),
  top: topOption,
} as const

export const hardtMaFamily: Family = {
  group: 'hardt-ma',
  ...cifar,
  stem: 'hardt-ma',
  means: 'residual network of convolutions and ReLU only, with an untrained read-out (Hardt & Ma 2017)',
  options,
  build: (text, _numbers, { classes }) => {
    const counts = widths.map(() => ((take(text, 'depth', options.depth) ?? 55) - 1) / 6)
    const bias = take(text, 'conv-bias', options['conv-bias']) ?? true
    const skip = take(text, 'shortcut', options.shortcut) ?? 'b'
    const init = take(text, 'init', options.init)
    const drawn = (paper: () => Initializer): Initializer => (init === undefined ? paper() : frameworkStart(text, init))
    const changed = (channels: number, stride: number): Layer => {
      if (skip === 'b') return conv(channels, { kernel: 1, stride, bias, init: drawn(standardConvolution) })
      const padded = subsample({ stride: 1, channels })
      return stride === 1 ? padded : chain(averagePool({ kernel: stride, stride }), padded)
    }
    const block: MakeBlock = ([first, second], from) => {
      const { channels, stride } = first
      const branch = [
        conv(channels, { stride, bias, init: drawn(hardtMa) }),
        relu(),
        conv(second.channels, { bias, init: drawn(hardtMa) }),
      ]
      const isEqual = from === channels && stride === 1
      return residual(chain(...branch), { shortcut: isEqual ? undefined : changed(channels, stride) })
    }
    const stem = named('stem', chain(conv(16, { bias, init: drawn(standardConvolution) })))
    const projection = dense(classes, { name: 'readout', bias: false, init: drawn(lecun), trained: false })
    const top = take(text, 'top', topOption) === 'none' ? [] : [projection]
    const stages = stageLayers(halving(counts, widths, basic), 16, block)
    return chain(stem, ...stages, globalAveragePool({ name: 'pool' }), ...top)
  },
}
