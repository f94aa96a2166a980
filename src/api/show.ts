/** Prints a network at each stage of its compilation to WebAssembly. */
import { precisions } from '../backends/backend.ts'
import { assemble } from '../backends/wasm/backend.ts'
import { printPlan } from '../backends/wasm/plan/print.ts'
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { summaryTable } from '../blueprint/summary.ts'
import { createOptimizer, usualOptimizer } from '../graph/optimizers/table.ts'
import { printGraph } from '../graph/print.ts'
import { trainingGraph } from '../graph/programs.ts'
import type { Network } from '../network/network.ts'
import { lossKind, lossNamed } from '../settings/loss-kind.ts'
import { machine } from '../settings/machine.ts'
import { training } from '../settings/training.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, type Input, type Output, pickOptions, withDefaults } from '../support/fields.ts'
import { oneOf, sampleShape } from '../support/kinds.ts'

const showOptions = {
  /** Shape of one sample: [features] or [channels, height, width]. */
  input: field(sampleShape(), { required: true }),
  /** Number of samples in a batch of the training step, 128 by default. */
  batch: training.batch,
  /** Loss of the training step, `cross-entropy` by default. Short names such as `mse` are accepted too. */
  loss: field(lossKind, { default: 'cross-entropy' }),
  /** Optimizer of the training step, `momentum({ rate: 0.03 })` by default. */
  optimizer: training.optimizer,
  /** Whether the kernels give the same bits on every machine, false by default. */
  exact: machine.exact,
  /** Whether convolutions of 3 x 3 may use Winograd's algorithm, true by default. */
  winograd: machine.winograd,
  /** Precision of the training step, `float32` by default. */
  precision: field(oneOf(precisions), { default: 'float32' }),
} satisfies Fields

/** Options of `show` and `kernelsOf`. */
export type ShowOptions = Input<typeof showOptions>

type Settings = Output<typeof showOptions>

/** Kernels of the WebAssembly module of a training step. */
export interface ShownKernels {
  /** Size of the WebAssembly module, in bytes. */
  readonly programBytes: number
  /** The kernels of the module: name, size in bytes, and number of places in the module that call the kernel. */
  readonly kernels: readonly { readonly name: string; readonly bytes: number; readonly calls: number }[]
}

/** Names of the stages of a network's compilation, in order. */
export const stages = ['network', 'blueprint', 'graph', 'plan', 'kernels'] as const

/** Name of a stage of a network's compilation. */
export type ShowStage = (typeof stages)[number]

function checked(options: ShowOptions): Settings {
  const rules = { code: 'option', known: Object.keys(showOptions), example: '{ input: [784] }' } as const
  checkOptions('show', options, rules)
  return withDefaults(showOptions, pickOptions(showOptions, options))
}

function graphOf(network: Network, { input, batch, loss, optimizer }: Settings) {
  const { rule } = optimizer ?? createOptimizer(usualOptimizer)
  return trainingGraph(createBlueprint(network, input), {
    batch,
    loss: lossNamed(loss),
    optimizer: rule,
    seed: 0,
    gradients: false,
  })
}

function assembled(network: Network, settings: Settings, relaxed: boolean) {
  const { precision, winograd } = settings
  return assemble(graphOf(network, settings), { precision, ringSlots: 1, relaxed, shared: true, winograd })
}

/**
 * Compiles a training step of a network and lists its kernels: `kernelsOf(network, { input: [784] })`. Throws an
 * `option` error if an option is unknown or invalid, and a `network` error if the network doesn't fit the input.
 */
export async function kernelsOf(network: Network, options: ShowOptions): Promise<ShownKernels> {
  const settings = checked(options)
  const relaxed = (await enableRelaxedSimd()) && settings.exact !== true
  const { module } = assembled(network, settings, relaxed)
  return { programBytes: module.bytes.length, kernels: module.kernels }
}

/**
 * Prints a network at a stage of its compilation, as text: `show('plan', network, { input: [784] })`. `network`: the
 * network as JSON. `blueprint`: a table of layers and shapes. `graph`: the operations of a training step. `plan`: the
 * memory and the order of the kernel calls. `kernels`: the sizes of the kernels.
 *
 * Throws an `option` error if the stage or an option is unknown or invalid, and a `network` error if the network
 * doesn't fit the input.
 */
export async function show(stage: ShowStage, network: Network, options: ShowOptions): Promise<string> {
  if (!stages.includes(stage)) {
    throw new IsobathError('option', `stage: expected one of ${stages.join(', ')}, got ${describeValue(stage)}.`)
  }
  const settings = checked(options)
  const blueprint = createBlueprint(network, settings.input)
  switch (stage) {
    case 'network':
      return JSON.stringify(network, null, 2)
    case 'blueprint':
      return summaryTable(blueprint)
    case 'graph':
      return printGraph(graphOf(network, settings))
    case 'plan':
      return printPlan(assembled(network, settings, true).plan)
    case 'kernels': {
      const { programBytes, kernels } = await kernelsOf(network, options)
      const width = Math.max(...kernels.map(({ name }) => name.length))
      const lines = kernels.map(
        ({ name, bytes, calls }) =>
          `  ${name.padEnd(width)}  ${String(bytes).padStart(6)} bytes  called in ${calls} ${calls === 1 ? 'place' : 'places'}`,
      )
      return [`${programBytes} bytes of WebAssembly, ${kernels.length} kernels`, ...lines].join('\n')
    }
  }
}
