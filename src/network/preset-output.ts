/** The option `output` of presets, which adds a layer behind the read-out. */
import type { Family } from './families/family.ts'
import { chain, named, relu, sigmoid, softmax, tanh } from './layers.ts'
import type { Layer } from './network.ts'
import { choice } from './option-kinds.ts'
import { presetError, take } from './preset-text.ts'

const outputs = { none: undefined, sigmoid, tanh, relu, softmax } as const satisfies Record<
  string,
  (() => Layer) | undefined
>

type OutputName = keyof typeof outputs

const outputNames: readonly OutputName[] = ['none', 'sigmoid', 'tanh', 'relu', 'softmax']

const outputOption = choice<OutputName>(
  outputNames,
  'none',
  'layer behind the read-out; sigmoid gives 0 to 1, tanh -1 to 1, relu at least 0; the loss cross-entropy applies its own softmax, so leave softmax out for it',
)

/**
 * The family with the option `output`. Only networks with a read-out accept the option, so the option excludes
 * `top=none`.
 */
export function withOutput(family: Family): Family {
  const build: Family['build'] = (text, numbers, context) => {
    const name = take(text, 'output', outputOption) ?? 'none'
    const network = family.build(text, numbers, context)
    const layer = outputs[name]
    if (layer === undefined) return network
    if (text.options.get('top') === 'none') {
      const expected = 'output only with a read-out (top=dense)'
      throw presetError(`${text.name}:output=${name}`, expected, 'top=none', 'Leave output or top out.')
    }
    const layers = network.kind === 'chain' ? network.layers : [network]
    return chain(...layers, named('outputActivation', layer()))
  }
  return { ...family, options: { ...family.options, output: outputOption }, build }
}
