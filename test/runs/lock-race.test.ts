/** Tests the lock with processes that compete for one folder and often end without releasing the lock. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
const rounds = 150
const locks = join(temporaryFolder(), 'run-lock.mjs')

beforeAll(async () => {
  const input = fileURLToPath(new URL('../../src/runs/run-lock.ts', import.meta.url))
  const bundle = await rolldown({ input, external: /^node:/ })
  await bundle.write({ file: locks, format: 'esm' })
  await bundle.close()
})

/**
 * Program that takes the lock repeatedly and logs the start and the end. In 3 of 4 rounds it leaves the lock of a dead
 * process.
 */
const contender = `
  import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
  const { takeLock } = await import(process.env.LOCK_MODULE)
  const folder = process.env.FOLDER
  const note = (text) => appendFileSync(folder + '/log', text + ' ' + process.pid + '\\n')
  for (let round = 0; round < ${rounds}; ) {
    let lock
    try {
      lock = takeLock(folder)
    } catch (error) {
      if (error.code === 'run') continue
      throw error
    }
    round++
    note('begins')
    lock.check()
    note('ends')
    if (round % 4 === 0) lock.release()
    else {
      const stale = folder + '/stale-' + process.pid
      writeFileSync(stale, JSON.stringify({ ...JSON.parse(readFileSync(folder + '/lock', 'utf8')), pid: 2 ** 30 }) + '\\n')
      renameSync(stale, folder + '/lock')
      lock.release()
    }
  }`

function contend(): Promise<number | null> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', contender], {
    env: { ...process.env, LOCK_MODULE: pathToFileURL(locks).href, FOLDER: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
}

it('a lock gives a folder to one process at a time, also if earlier locks were not released', async () => {
  writeFileSync(join(folder, 'log'), '')
  expect(await Promise.all([contend(), contend(), contend(), contend()])).toEqual([0, 0, 0, 0])
  const notes = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n')
  expect(notes).toHaveLength(4 * 2 * rounds)
  const alone = notes.filter((note, index) => index % 2 === 0 && notes[index + 1] === note.replace('begins', 'ends'))
  expect(alone).toHaveLength(4 * rounds)
})
