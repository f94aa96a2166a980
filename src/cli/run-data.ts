/** The data of a run that is there already: loaded as the run did where the flags don't say otherwise. */
import { type Dataset, loadDataset, type RunFacts } from '../index.ts'
import { choiceSchema, type DataFlags, dataChoice, readData } from './data-options.ts'

/** The data set that the flags name, or else the run's. Throws the errors of `loadDataset`. */
export async function readDataOf({ data }: Pick<RunFacts, 'data'>, flags: DataFlags): Promise<Dataset> {
  if (flags.data !== undefined && flags.data !== data.name) return readData(flags)
  const kept = choiceSchema.safeParse(data.options).data ?? {}
  return loadDataset(data.name, { ...kept, ...dataChoice(flags) })
}
