/**
 * docs/options.md, generated from the tables in the code: `npx vitest run test/project/options-page -u` writes the
 * page.
 */
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { commandList } from '../../src/cli/command-list.ts'
import { switches } from '../../src/cli/renamed-flags.ts'
import { generatorTables } from '../../src/data/catalog.ts'
import { commonOptions, tableOptions } from '../../src/data/options.ts'
import { describePresets } from '../../src/network/preset-help.ts'
import { machine } from '../../src/settings/machine.ts'
import { optimizerOptions } from '../../src/settings/optimizer.ts'
import { training } from '../../src/settings/training.ts'
import type { Fields } from '../../src/support/fields.ts'

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')

function tableOf(table: Fields): string[] {
  const rows = Object.entries(table).map(([key, { flag = '', kind, help }]) => {
    const names = kind.names === undefined ? '' : `: ${kind.names.join(', ')}`
    return `| ${code(flag)} | ${code(key)} | ${cell(help())}${names} |`
  })
  return ['| flag | in TypeScript | meaning |', '|---|---|---|', ...rows]
}

/** A row for each option of a generated data set, with the sets that have it and their defaults. */
function generatorTable(): string[] {
  const all: Fields = Object.assign({}, ...generatorTables.values())
  const rows = Object.entries(all).map(([key, row]) => {
    const owners = [...generatorTables].filter(([, table]) => Object.hasOwn(table, key))
    const usual = owners.map(([name, table]) => `\`${name}\` (${Number(table[key].default).toLocaleString('en-US')})`)
    return `| ${code(key)} | ${cell(row.help(''))} | ${usual.join(', ')} |`
  })
  return ['| option | meaning | data sets, with their defaults |', '|---|---|---|', ...rows]
}

function networkTables(): string[] {
  return describePresets().flatMap(({ title, presets, options }) => [
    `### ${title}`,
    '',
    '| preset | network |',
    '|---|---|',
    ...presets.map(({ name, means }) => `| ${code(cell(name))} | ${cell(means)} |`),
    '',
    '| option | values | default | meaning | presets |',
    '|---|---|---|---|---|',
    ...options.map(({ key, values, fallback, means, presets: owners }) => {
      const all = owners.length === presets.length ? 'all' : owners.map((name) => code(cell(name))).join(', ')
      return `| ${code(key)} | ${cell(values)} | ${cell(fallback)} | ${cell(means)} | ${all} |`
    }),
    '',
  ])
}

const sharedTables: readonly Fields[] = [training, optimizerOptions, machine, commonOptions, tableOptions]
const sharedFlags = new Set(
  sharedTables.flatMap((table) =>
    Object.values(table).flatMap(({ flag }) => (flag === undefined ? [] : [new Command().createOption(flag).long])),
  ),
)

/** The options of a command and of its subcommands that stand in no shared table. */
function ownOptions(command: Command, name: string): string[] {
  const own = command.options.filter(({ long }) => !sharedFlags.has(long))
  const rows = own.map(({ flags, description, argChoices, defaultValue }) => {
    const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`
    const standard = defaultValue === undefined ? '' : ` (default: ${String(defaultValue)})`
    return `| ${code(flags)} | ${cell(description)}${standard}${choices} |`
  })
  const usage = command.registeredArguments.map((argument) => {
    const word = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? ` <${word}>` : ` [${word}]`
  })
  const head = [`### isobath ${name}${usage.join('')}`, '', `${cell(command.description())}`, '']
  const table = own.length === 0 ? [] : ['| flag | meaning |', '|---|---|', ...rows, '']
  return [...head, ...table, ...command.commands.flatMap((child) => ownOptions(child, `${name} ${child.name()}`))]
}

async function loadCommands(): Promise<Command[]> {
  return Promise.all(
    commandList.map(async ({ name, description, load }) => {
      const command = new Command(name).description(description)
      const define = await load()
      define(command, [])
      return command
    }),
  )
}

it('the reader of old spellings knows every flag without a value', async () => {
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)]
  const options = (await loadCommands()).flatMap(all).flatMap((command) => command.options)
  const found = options.filter(({ required }) => !required).flatMap(({ long }) => long ?? [])
  expect([...new Set(found)].sort()).toEqual([...switches].sort())
})

it('docs/options.md has every option of the code', async () => {
  const page = [
    '# Options',
    '',
    'This page lists every option of the command line and of the library. It is generated from the code.',
    '',
    'Flags are for the command line. Names in TypeScript are for the functions of the library. An option that has no flag exists in',
    'TypeScript only. [commands.md](commands.md) says what each command does.',
    '',
    '## Training',
    '',
    '`train`, `compare`, `diagnose` and `prescribe` take these options ([training.md](training.md)).',
    '',
    ...tableOf(training),
    '',
    '## Optimizer',
    '',
    'On the command line these options stand beside `--optimizer`. In TypeScript they belong to the optimizer: `momentum({ rate: 0.1 })`.',
    '',
    ...tableOf(optimizerOptions),
    '',
    '## Machine',
    '',
    'Only `--exact` and `--no-winograd` change bits of the result.',
    '',
    ...tableOf(machine),
    '',
    '## Data',
    '',
    'Every data set takes these options ([data.md](data.md)).',
    '',
    ...tableOf(commonOptions),
    '',
    '## Tables',
    '',
    'These options are for tables, such as `--data houses.csv` ([data.md](data.md#tables)).',
    '',
    ...tableOf(tableOptions),
    '',
    '## Generated data sets',
    '',
    'These options follow the name of the data set: `blobs:classes=5,noise=0.3`.',
    '',
    ...generatorTable(),
    '',
    '## Networks',
    '',
    'These options follow the name of the network: `mlp:depth=8,width=32` ([networks.md](networks.md)).',
    '',
    ...networkTables(),
    '## Commands',
    '',
    'Each command has these options of its own, beside those above that fit it.',
    '',
    ...(await loadCommands()).flatMap((command) => ownOptions(command, command.name())),
  ]
  await expect(`${page.join('\n').trimEnd()}\n`).toMatchFileSnapshot('../../docs/options.md')
})
