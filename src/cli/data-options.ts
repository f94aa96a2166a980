/** Where data comes from: the options that several commands share. */
import type { Command } from 'commander'
import { catalogue, type Dataset, IsobathError, loadDataset } from '../index.ts'
import { wholeFrom } from './numbers.ts'

export interface DataFlags {
  readonly data?: string
  readonly dataDir?: string
  readonly dataSeed?: number
  readonly samples?: number
}

export function addDataOptions(command: Command, data = 'the data set; isobath data list names them'): Command {
  return command
    .optionsGroup('Data:')
    .option('--data <name>', data)
    .option('--data-dir <path>', 'where the files of the data set are (default: the folder that ISOBATH_DATA names)')
    .option('--data-seed <n>', 'chooses generated samples, and those of --samples (default: 0)', wholeFrom(0))
    .option('--samples <n>', 'use a random subset of so many training samples', wholeFrom(1))
}

/** What `loadDataset` takes; also what a run's description keeps of it. */
export interface DataChoice {
  readonly dataDir?: string
  readonly seed?: number
  readonly samples?: number
}

export function dataChoice({ dataDir, dataSeed, samples }: DataFlags): DataChoice {
  return { dataDir, seed: dataSeed, samples }
}

/** The name of the data set. Throws an `option` error where there is none. */
export function dataName({ data }: DataFlags): string {
  if (data !== undefined) return data
  const names = catalogue.map(({ name }) => name).join(', ')
  throw new IsobathError('option', `--data: expected a data set (${names}), got none. Name one, such as --data glyphs.`)
}

export function readData(flags: DataFlags): Promise<Dataset> {
  return loadDataset(dataName(flags), dataChoice(flags))
}

export interface InputShape {
  readonly input: readonly number[]
  readonly classes: number
}

/** What a network for this data set takes and gives, without reading the files of those that are known. */
export async function shapeOf(data: string, choice: DataChoice = {}): Promise<InputShape> {
  const { shape, classes } = catalogue.find(({ name }) => name === data) ?? (await loadDataset(data, choice))
  return { input: shape, classes }
}

export interface ShapeFlags {
  readonly data?: string
  readonly dataDir?: string
}

/** For commands that need no data: 784 values and 10 classes, unless --data says otherwise. */
export async function inputOf({ data, dataDir }: ShapeFlags): Promise<InputShape> {
  return data === undefined ? { input: [784], classes: 10 } : shapeOf(data, { dataDir })
}

export function addShapeOptions(command: Command): Command {
  return command
    .optionsGroup('Data:')
    .option('--data <name>', "a data set whose samples' shape and classes to take (default: 784 values, 10 classes)")
    .option('--data-dir <path>', 'where the files of the data set are')
}
