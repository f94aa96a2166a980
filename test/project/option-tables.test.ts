/** The tables of options in docs, made from the tables in the code: `npx vitest run test/project/option-tables -u` writes them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { machine } from '../../src/settings/machine.ts'
import { optimizerOptions } from '../../src/settings/optimizer.ts'
import { training } from '../../src/settings/training.ts'
import type { Fields } from '../../src/support/fields.ts'

const tables: Readonly<Record<string, Fields>> = { training, optimizer: optimizerOptions, machine }

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

function tableOf(name: string, table: Fields): string {
  const rows = Object.entries(table).map(([key, { flag = '', kind, help }]) => {
    const names = kind.names === undefined ? '' : `: ${kind.names.join(', ')}`
    return `| ${code(flag)} | ${code(key)} | ${help()}${names} |`
  })
  const head = ['| flag | in TypeScript | |', '|---|---|---|']
  return [`<!-- options: ${name} -->`, ...head, ...rows, '<!-- end of options -->'].join('\n')
}

/** A page with the table of each of its places written anew. */
function withTables(page: string): string {
  return page.replace(/<!-- options: (\w+) -->.*?<!-- end of options -->/gs, (place, name: string) => {
    return Object.hasOwn(tables, name) ? tableOf(name, tables[name]) : place
  })
}

describe('the tables of options in docs/training.md', () => {
  const page = new URL('../../docs/training.md', import.meta.url)

  it('have a row for each option, as the code has it', async () => {
    const text = readFileSync(page, 'utf8')
    for (const name of Object.keys(tables)) expect(text).toContain(`<!-- options: ${name} -->`)
    await expect(withTables(text)).toMatchFileSnapshot('../../docs/training.md')
  })
})
