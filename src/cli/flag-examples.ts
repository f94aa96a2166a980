/** Examples of values, for the errors about flags whose value is missing. */

/**
 * An example for each flag with a value. A flag that accepts one of several names has no row, because the first name is
 * the example.
 */
const examples: Readonly<Record<string, string>> = {
  '--against': 'residual-mlp:depth=3',
  '--batch': '128',
  '--budget': '2m',
  '--categorical': 'city,color',
  '--checkpoint-every': '500',
  '--class-weights': 'balanced',
  '--clip-norm': '1',
  '--clip-value': '0.1',
  '--data': 'glyphs',
  '--data-dir': 'data',
  '--data-seed': '1',
  '--depths': '4,16,64',
  '--drop-at': '0.5,0.75',
  '--drop-factor': '0.1',
  '--early-stopping': '10',
  '--epochs': '10',
  '--epsilon': '1e-8',
  '--evaluate-every': 'epoch',
  '--figure': 'picture.svg',
  '--first-decay': '0.9',
  '--from': 'https://example.org/data',
  '--huber-delta': '1',
  '--ignore': 'id',
  '--init': 'weights.safetensors',
  '--initial-accumulator': '0.1',
  '--input': '3x32x32',
  '--keep': 'id',
  '--label': 'species',
  '--layer-rate': 'readout=0.1',
  '--log-every': '10',
  '--memory': '2GiB',
  '--missing': 'drop',
  '--momentum': '0.9',
  '--network': 'mlp:depth=3',
  '--only': 'mlp',
  '--out': 'out.csv',
  '--probe-every': '50',
  '--probe-figure': 'probes.svg',
  '--python': '/usr/bin/python3',
  '--rate': '0.03',
  '--rates': '0.003,0.01,0.03',
  '--recipe': 'he-2016',
  '--report': 'report.html',
  '--resume': 'runs/first',
  '--roofline': 'mlp:depth=3',
  '--rounds': '5',
  '--run': 'runs/first',
  '--samples': '1000',
  '--second-decay': '0.999',
  '--seed': '1',
  '--seeds': '3',
  '--separator': ';',
  '--steps': '500',
  '--steps-scale': '0.5',
  '--target': 'values',
  '--test-file': 'test.csv',
  '--test-fraction': '0.2',
  '--threads': '2',
  '--validation': '0.1',
  '--warmup': '100',
  '--warmup-factor': '0.1',
  '--warmup-until-error': '0.8',
  '--weight-decay': '1e-4',
}

/**
 * Descriptions of accepted texts, by the flag, or by the word for the value in the help, such as `folder` in `--run
 * <folder>`.
 */
const meanings: Readonly<Record<string, string>> = {
  '--data': 'the name of a data set, or a table such as FILE.csv',
  address: 'the address of a mirror',
  column: 'the name of a column',
  columns: 'names of columns with commas between them',
  file: 'the path of a file',
  folder: 'the path of a folder',
  list: 'numbers with commas between them',
  n: 'a whole number',
  network: 'a network',
  path: 'a path',
  place: 'the path of a file or of a folder',
  shape: 'the shape of a sample',
  text: 'a part of a name',
  time: 'a duration',
}

/** The facts about a flag from which an example and a description of its value follow. */
interface ValuedFlag {
  /** The flag with the word for its value, such as `--run <folder>`. */
  readonly flags: string
  readonly long?: string | null
  readonly argChoices?: readonly string[]
  readonly expected?: string
}

/** Returns an example of a flag with a value, such as `--early-stopping 10`. */
export function exampleOf({ long, argChoices }: ValuedFlag): string {
  const name = long ?? ''
  return `${name} ${argChoices?.[0] ?? examples[name]}`
}

/** Describes the texts that a flag accepts, after the word "expected". */
export function expectedOf({ flags, long, argChoices, expected }: ValuedFlag): string {
  if (argChoices !== undefined) return `one of ${argChoices.join(', ')}`
  const word = /<(.*)>/.exec(flags)?.[1] ?? ''
  return meanings[long ?? ''] ?? expected ?? meanings[word] ?? 'a value'
}
