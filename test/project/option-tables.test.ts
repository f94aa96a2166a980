/** The tables of options in docs, made from the tables in the code: `npx vitest run test/project/option-tables -u` writes them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generatorTables } from '../../src/data/catalog.ts'
import { commonOptions, tableOptions } from '../../src/data/options.ts'
import { machine } from '../../src/settings/machine.ts'
import { optimizerOptions } from '../../src/settings/optimizer.ts'
import { training } from '../../src/settings/training.ts'
import type { Fields } from '../../src/support/fields.ts'

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

function tableOf(table: Fields): string[] {
  const rows = Object.entries(table).map(([key, { flag = '', kind, help }]) => {
    const names = kind.names === undefined ? '' : `: ${kind.names.join(', ')}`
    return `| ${code(flag)} | ${code(key)} | ${help()}${names} |`
  })
  return ['| flag | in TypeScript | |', '|---|---|---|', ...rows]
}

/** A row for each option of some generator, with the generators that have it and their usual values. */
function generatorTable(): string[] {
  const all: Fields = Object.assign({}, ...generatorTables.values())
  const rows = Object.entries(all).map(([key, row]) => {
    const owners = [...generatorTables].filter(([, table]) => Object.hasOwn(table, key))
    const usual = owners.map(([name, table]) => `\`${name}\` (${Number(table[key].default).toLocaleString('en-US')})`)
    return `| ${code(key)} | ${row.help('')} | ${usual.join(', ')} |`
  })
  return ['| option | | sets that have it, and its default there |', '|---|---|---|', ...rows]
}

/** Of each page. */
const tables: Readonly<Record<string, Readonly<Record<string, string[]>>>> = {
  'training.md': { training: tableOf(training), optimizer: tableOf(optimizerOptions), machine: tableOf(machine) },
  'data.md': { data: tableOf(commonOptions), tables: tableOf(tableOptions), generators: generatorTable() },
}

describe.each(Object.entries(tables))('the tables of options in docs/%s', (page, own) => {
  /** The page with the table of each of its places written anew. */
  const withTables = (text: string): string =>
    text.replace(/<!-- options: (\w+) -->.*?<!-- end of options -->/gs, (place, name: string) => {
      if (!Object.hasOwn(own, name)) return place
      return [`<!-- options: ${name} -->`, ...own[name], '<!-- end of options -->'].join('\n')
    })

  it('have a row for each option, as the code has it', async () => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    for (const name of Object.keys(own)) expect(text).toContain(`<!-- options: ${name} -->`)
    await expect(withTables(text)).toMatchFileSnapshot(`../../docs/${page}`)
  })
})
