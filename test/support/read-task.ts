/** Readings of a training before its first step, for tests of remedies. */
import type { Backend } from '../../src/backends/backend.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { createStandardizer } from '../../src/data/standardize.ts'
import type { LayerProbeName } from '../../src/probes/layer-probes.ts'
import { createProbePass, type Reading } from '../../src/probes/probe-pass.ts'
import { chooseSamples } from '../../src/probes/samples.ts'
import type { Treatable } from '../../src/remedies/remedy.ts'
import { startingWeights } from '../../src/surgery/starts.ts'

/** Reads the probes with the initial weights of the training, on up to 16 of its training samples. */
export async function readTask(
  backend: Backend,
  { network, data, settings }: Pick<Treatable, 'network' | 'data' | 'settings'>,
  names: readonly LayerProbeName[],
): Promise<Reading> {
  const blueprint = createBlueprint(network, data.shape)
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const weights = await startingWeights({ blueprint, data, settings, backend }, standardizer)
  const samples = chooseSamples(data, standardizer, settings, 16, 1)
  const pass = await createProbePass(blueprint, backend, samples, names, { optimizer: settings.optimizer })
  const reading = await pass.run((name) => weights.get(name) ?? [])
  pass.dispose()
  return reading
}
