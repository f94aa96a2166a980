/**
 * Networks of pre-activation blocks for CIFAR.
 *
 * He et al. (2016): 6n + 2 layers of basic blocks with 16, 32 and 64 channels, or 9n + 2 layers of bottlenecks with 64,
 * 128 and 256 channels. In the first block and in blocks that change the size, the shortcut and the branch both get the
 * activated input. The last sum is activated too (the paper's appendix, and the authors' resnet-1k-layers).
 *
 * Zagoruyko & Komodakis (2016): networks with depth D = 6n + 4 and k times the channels. In wide residual networks, the
 * branch and the shortcut share the activated input only in blocks that change the size.
 */
import { grouped } from '../../format/words.ts'
import { chain, conv, named } from '../layers.ts'
import { choice } from '../option-kinds.ts'
import { presetError, take } from '../preset-text.ts'
import { basic, bottleneck, halving } from './blocks.ts'
import { cifar, type Family, type NameNumbers } from './family.ts'
import { type FamilyStyle, readStyle, styleOptions } from './style.ts'
import { type BlockPlace, head, namedInput, preActivationBlock, type ResolutionStage, stageLayers } from './units.ts'

const widths = [16, 32, 64]
const LARGEST_FACTOR = 1000

type Block = 'basic' | 'bottleneck'

const block = choice<Block>(
  ['basic', 'bottleneck'],
  'basic up to 110 layers, bottleneck above',
  'basic: two 3x3 convolutions (N = 6n + 2); bottleneck: 1x1, 3x3 and 1x1 convolutions (N = 9n + 2)',
)

const layersOfBlock = { basic: 6, bottleneck: 9 } as const
const blockFor = (layers: number): Block => (layers <= 110 ? 'basic' : 'bottleneck')
const fits = (layers: number, kind: Block) => layers % layersOfBlock[kind] === 2

const preactNumbers: NameNumbers = {
  title: 'N',
  count: 1,
  rule: 'N = 6n + 2 from 8 to 110, such as 20 or 110, or 9n + 2 above, such as 164 or 1001',
  holds: ([layers]) => layers >= 8 && layers <= 10_000 && (fits(layers, 'basic') || fits(layers, 'bottleneck')),
}

const wideNumbers: NameNumbers = {
  title: 'D-K',
  count: 2,
  rule: `D = 6n + 4 from 10 to 10,000 and K from 1 to ${grouped(LARGEST_FACTOR)}, such as 16-4 or 28-10`,
  holds: ([depth, factor]) =>
    depth >= 10 && depth <= 10_000 && depth % 6 === 4 && factor >= 1 && factor <= LARGEST_FACTOR,
}

function network(
  stages: readonly ResolutionStage[],
  style: FamilyStyle,
  classes: number,
  isFirst: (place: BlockPlace) => boolean,
) {
  const first = named('stem', chain(conv(16, { bias: style.bias, init: style.init() })))
  const made = stageLayers(stages, 16, preActivationBlock(style, isFirst), isFirst)
  return chain(first, ...made, ...namedInput(style, 'output'), ...head(style, classes))
}

export const preactFamilies: readonly Family[] = [
  {
    group: 'cifar',
    ...cifar,
    stem: 'preact-resnet',
    numbers: preactNumbers,
    means: 'residual network of N layers with norms and activations before convolutions (He et al. 2016)',
    options: { block, ...styleOptions.residual('b') },
    build: (text, [layers], { classes }) => {
      const kind = take(text, 'block', block) ?? blockFor(layers)
      if (!fits(layers, kind)) {
        const expected = `N = ${layersOfBlock[kind]}n + 2 with block=${kind}`
        const other = kind === 'basic' ? 'bottleneck' : 'basic'
        const remedy = `Take preact-resnet-${nearestFit(layers, layersOfBlock[kind])}, or block=${other}.`
        throw presetError(text.name, expected, `${layers}`, remedy)
      }
      const counts = widths.map(() => (layers - 2) / layersOfBlock[kind])
      const style = readStyle(text, { shortcut: 'b', branches: 3 * counts[0], endsInNorm: false })
      const stages =
        kind === 'basic'
          ? halving(counts, widths, basic)
          : halving(
              counts,
              widths.map((width) => 4 * width),
              bottleneck,
            )
      return network(stages, style, classes, ({ first }) => first === 1)
    },
  },
  {
    group: 'cifar',
    ...cifar,
    stem: 'wide-resnet',
    numbers: wideNumbers,
    means: 'pre-activation network of D layers with K times the channels (Zagoruyko & Komodakis 2016)',
    options: styleOptions.wide(),
    build: (text, [depth, factor], { classes }) => {
      const counts = widths.map(() => (depth - 4) / 6)
      const style = readStyle(text, { shortcut: 'b', branches: 3 * counts[0], endsInNorm: false })
      const wide = widths.map((width) => factor * width)
      return network(halving(counts, wide, basic), style, classes, () => false)
    },
  },
]

const nearestFit = (layers: number, step: number): number => step * Math.max(1, Math.round((layers - 2) / step)) + 2
