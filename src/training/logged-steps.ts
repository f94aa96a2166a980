import type { TrainingSettings } from '../settings/options.ts'

/** Whether the loss of a step (0 is the first) is kept. */
export function isLogged(step: number, { logEvery, steps }: Pick<TrainingSettings, 'logEvery' | 'steps'>): boolean {
  return step % logEvery === 0 || step === steps - 1
}
