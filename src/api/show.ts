/** Prints a network at each stage on its way to machine code. */
import { assemble } from '../backends/wasm/backend.ts'
import { printPlan } from '../backends/wasm/plan/print.ts'
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { summaryTable } from '../blueprint/summary.ts'
import type { LossName } from '../graph/losses.ts'
import { printGraph } from '../graph/print.ts'
import { type OptimizerRule, trainingGraph } from '../graph/programs.ts'
import type { Network } from '../network/network.ts'

export interface ShowOptions {
  /** The shape of one sample. */
  readonly input: Shape
  readonly batch: number
  readonly loss: LossName
  readonly optimizer: OptimizerRule
  readonly exact: boolean
  /** Winograd's algorithm for convolutions, as it is by default. */
  readonly winograd?: boolean
  readonly precision?: 'float32' | 'float64'
}

export interface ShownKernels {
  /** The bytes of the WebAssembly module of a training step. */
  readonly programBytes: number
  readonly kernels: readonly { readonly name: string; readonly bytes: number; readonly calls: number }[]
}

export const stages = ['network', 'blueprint', 'graph', 'plan', 'kernels'] as const
export type Stage = (typeof stages)[number]

function graphOf(network: Network, { input, batch, loss, optimizer }: ShowOptions) {
  return trainingGraph(createBlueprint(network, input), { batch, loss, optimizer, seed: 0, gradients: false })
}

function assembled(network: Network, options: ShowOptions, relaxed: boolean) {
  const { precision = 'float32', winograd } = options
  return assemble(graphOf(network, options), { precision, ringSlots: 1, relaxed, shared: true, winograd })
}

export async function kernelsOf(network: Network, options: ShowOptions): Promise<ShownKernels> {
  const relaxed = (await enableRelaxedSimd()) && !options.exact
  const { module } = assembled(network, options, relaxed)
  return { programBytes: module.bytes.length, kernels: module.kernels }
}

/** The stage as text. */
export async function show(stage: Stage, network: Network, options: ShowOptions): Promise<string> {
  switch (stage) {
    case 'network':
      return JSON.stringify(network, null, 2)
    case 'blueprint':
      return summaryTable(createBlueprint(network, options.input))
    case 'graph':
      return printGraph(graphOf(network, options))
    case 'plan':
      return printPlan(assembled(network, options, true).plan)
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
