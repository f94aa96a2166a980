import type { Command } from 'commander'
import { counted, grouped } from '../../format/words.ts'
import { catalog, checkDataset, fetchDataset, IsobathError } from '../../index.ts'
import { dataFolder, storedSets, tableText } from '../../internal.ts'
import { isFile } from '../../support/files.ts'
import { interruptible } from '../interrupt.ts'
import { addCommonOptions, type MachineFlags } from '../options.ts'
import { printJson, printText } from '../output.ts'
import { ProgramCommand } from '../program-command.ts'
import { programName } from '../program-name.ts'
import { stderrProgress } from '../terminal/stderr.ts'

/** Defines `data list`, `data fetch NAME` and `data check`, the commands for data sets. */
export function defineData(command: Command): Command {
  return command.addCommand(listCommand()).addCommand(fetchCommand()).addCommand(checkCommand())
}

const where = 'folder of all data sets, or of this data set (default: the folder in ISOBATH_DATA, or data)'

type FolderFlags = MachineFlags & { readonly dataDir?: string }

function listCommand(): Command {
  return addCommonOptions(new ProgramCommand('list').description('list the data sets'), []).action(
    (flags: MachineFlags) => {
      if (flags.json) return printJson({ datasets: catalog })
      const table = tableText({
        columns: [
          { heading: 'name' },
          { heading: 'sample' },
          { heading: 'classes', numeric: true },
          { heading: 'train', numeric: true },
          { heading: 'test', numeric: true },
          { heading: 'source' },
          { heading: 'description' },
        ],
        rows: catalog.map(({ name, shape, classes, train, test, source, what }) => [
          name,
          shape?.join('x') ?? unknown,
          orUnknown(classes),
          orUnknown(train),
          orUnknown(test),
          source,
          what,
        ]),
        notes: [
          `Generated data sets need no files. ${programName()} data fetch NAME downloads the files of other data sets. --data-dir or ISOBATH_DATA names the folder of the files.`,
        ],
      })
      return printText(table)
    },
  )
}

/** Text that the table of data sets shows for a figure that depends on the user's files. */
const unknown = '-'
const orUnknown = (value: number | null): string => (value === null ? unknown : grouped(value))

/** Throws a `data` error if the data set is generated and so has no files. */
function refuseGenerated(name: string): void {
  if (catalog.some((row) => row.name === name && row.source === 'generated')) {
    throw new IsobathError(
      'data',
      `${name}: this data set is generated and has no files. Use the data set with --data ${name}.`,
    )
  }
}

function refuseAddress(from: string | undefined): void {
  const protocol = from !== undefined && URL.canParse(from) ? new URL(from).protocol : ''
  if (from === undefined || protocol === 'https:' || protocol === 'http:') return
  throw new IsobathError('option', `--from: expected an address such as https://example.org/mnist/, got ${from}.`)
}

async function folderOf({ dataDir }: FolderFlags): Promise<string> {
  const folder = await dataFolder(dataDir)
  if (!isFile(folder)) return folder
  throw new IsobathError(
    'data',
    `${folder}: expected a folder of data sets, got a file. Name the folder that holds the file.`,
  )
}

function fetchCommand(): Command {
  const command = new ProgramCommand('fetch')
    .description('download and check the files of a data set, and continue a download that was stopped')
    .argument('<name>', storedSets.join(' or '))
    .option('--data-dir <path>', where)
    .option('--from <address>', 'address of a mirror from which to download, instead of the public servers')
  return addCommonOptions(command, []).action(async (name: string, flags: FolderFlags & { from?: string }) => {
    refuseGenerated(name)
    refuseAddress(flags.from)
    const folder = await folderOf(flags)
    const progress = stderrProgress()
    const tasks = new Map<string, ReturnType<typeof progress.task>>()
    const sizes = new Map<string, number>()
    const work = (abort: AbortSignal, listen: () => void) => {
      listen()
      return fetchDataset(name, folder, {
        abort,
        homes: flags.from === undefined ? undefined : [flags.from],
        onFiles: (files) => {
          for (const file of files) {
            sizes.set(file.name, file.bytes)
            tasks.set(file.name, progress.task(file.name, file.bytes, { unit: 'byte', cost: 1 }))
          }
        },
        onProgress: (file, done) => {
          tasks.get(file)?.update(done)
          if (done === sizes.get(file)) tasks.get(file)?.finish()
        },
      })
    }
    const files = await interruptible(work, () =>
      progress.note('Stopping. The downloaded part is stored, and the next data fetch continues the download.'),
    ).finally(progress.close)
    if (flags.json) return printJson({ name, files })
    const lines = files.map(
      ({ file, from }) => `${file}: ${from === null ? 'already there' : `downloaded from ${from}`}`,
    )
    const dataDir = flags.dataDir === undefined ? '' : ` --data-dir ${flags.dataDir}`
    const use = catalog.some((row) => row.name === name) ? ` Use the data set with --data ${name}${dataDir}.` : ''
    return printText([...lines, `All checksums are correct.${use}`].join('\n'))
  })
}

function checkCommand(): Command {
  const command = new ProgramCommand('check')
    .description('check that the files of data sets are complete and match their published checksums')
    .argument('[name]', `${storedSets.join(' or ')} (default: all sets that have files)`)
    .option('--data-dir <path>', where)
  return addCommonOptions(command, []).action(async (name: string | undefined, flags: FolderFlags) => {
    if (name !== undefined) refuseGenerated(name)
    const folder = await folderOf(flags)
    const checked: { readonly name: string; readonly files: Awaited<ReturnType<typeof checkDataset>> }[] = []
    for (const set of name === undefined ? storedSets : [name]) {
      const files = await checkDataset(set, folder)
      if (name !== undefined || files.some(({ state }) => state !== 'missing')) checked.push({ name: set, files })
    }
    if (checked.length === 0) {
      throw new IsobathError(
        'data',
        `${folder}: expected files of ${storedSets.join(' or ')}, found none. Get the files with ${programName()} data fetch NAME, or name their folder with --data-dir FOLDER.`,
      )
    }
    if (flags.json) printJson({ folder, sets: checked })
    else {
      const rows = checked.flatMap(({ files }) =>
        files.map(({ file, state, found }) => `${state.padEnd(7)}  ${file}: ${found}`),
      )
      printText(rows.join('\n'))
    }
    for (const { name: set, files } of checked) {
      const wrong = files.filter(({ state }) => state !== 'ok')
      if (wrong.length === 0) continue
      const [problem, remedy] = wrong.some(({ state }) => state === 'broken')
        ? ['broken or missing', `Remove the broken files, and run ${programName()} data fetch ${set}.`]
        : ['missing', `Run ${programName()} data fetch ${set}.`]
      throw new IsobathError(
        'data',
        `${set} in ${folder}: ${grouped(wrong.length)} of ${counted(files.length, 'file')} ${wrong.length === 1 ? 'is' : 'are'} ${problem}. ${remedy}`,
      )
    }
  })
}
