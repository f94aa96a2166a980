/** Reads several probes in one probe pass. The probe pass is compiled once and run at every snapshot. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Setting } from './layer-probe.ts'
import { type LayerProbeName, layerProbes } from './layer-probes.ts'
import { joinNeeds, openPass, type Pass, type WeightsOf } from './pass.ts'
import type { ProbeSamples } from './samples.ts'
import { firstFactor } from './steady-update.ts'

/** The readings of each probe, one number for each stage of the network. */
export type Reading = { readonly [name in LayerProbeName]?: readonly number[] }

export interface ProbePass {
  run(weights: WeightsOf): Promise<Reading>
  dispose(): void
}

/**
 * Compiles a probe pass for the given probes. Without probes, no pass is compiled. Throws a `memory` error if not even
 * one sample fits into memory.
 */
export async function createProbePass(
  blueprint: Blueprint,
  backend: Backend,
  samples: ProbeSamples,
  names: readonly LayerProbeName[],
  setting: Setting,
): Promise<ProbePass> {
  if (names.length === 0) return { run: async () => ({}), dispose: () => {} }
  const pass: Pass = await openPass(
    blueprint,
    backend,
    samples,
    joinNeeds(names.map((name) => layerProbes[name].needs)),
    { factor: firstFactor(setting.optimizer) },
  )
  return {
    run: async (weights) => {
      const view = await pass.run(weights)
      const reading: { [name in LayerProbeName]?: readonly number[] } = {}
      for (const name of names) reading[name] = await layerProbes[name].read(view, setting)
      return reading
    },
    dispose: () => pass.dispose(),
  }
}
