import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkWritable, remedyFor, writeWhole } from './files.ts'

let folder = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'isobath-files-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

const isWindows = process.platform === 'win32'

describe('writeWhole:', () => {
  it('writing replaces a file and leaves no other file', () => {
    const file = join(folder, 'a.txt')
    writeWhole(file, 'first, and longer')
    writeWhole(file, 'second')
    expect(readFileSync(file, 'utf8')).toBe('second')
    const piece = new Uint8Array(3)
    // All pieces of the content may use the same memory.
    const pieces = function* () {
      for (const byte of [65, 66, 67]) yield piece.fill(byte)
    }
    writeWhole(file, pieces())
    expect(readFileSync(file, 'utf8')).toBe('AAABBBCCC')
    expect(readdirSync(folder)).toEqual(['a.txt'])
  })

  it.skipIf(isWindows)('writing to a link writes its target, even if the target does not exist yet', () => {
    mkdirSync(join(folder, 'kept'))
    for (const name of ['there', 'new']) symlinkSync(join('kept', name), join(folder, name))
    writeFileSync(join(folder, 'kept', 'there'), 'before')
    for (const name of ['there', 'new']) {
      writeWhole(join(folder, name), `text of ${name}`)
      expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true)
      expect(readFileSync(join(folder, 'kept', name), 'utf8')).toBe(`text of ${name}`)
    }
    expect(readdirSync(join(folder, 'kept')).sort()).toEqual(['new', 'there'])
  })

  it('writing to a folder or to a link to itself is refused', () => {
    mkdirSync(join(folder, 'is-folder'))
    const file = join(folder, 'is-folder')
    for (const write of [() => checkWritable(file), () => writeWhole(file, 'x')]) {
      expect(write).toThrow(`${file}: can't be written (it is a folder, not a file).`)
    }
    if (isWindows) return
    symlinkSync('ring', join(folder, 'ring'))
    expect(() => writeWhole(join(folder, 'ring'), 'x')).toThrow('too many links')
    expect(readdirSync(folder).sort()).toEqual(['is-folder', 'ring'])
  })

  it('the check in advance, checkWritable, refuses an empty name and a folder that accepts no file', () => {
    expect(() => checkWritable('')).toThrow('expected the name of a file to write, got an empty one.')
    checkWritable(join(folder, 'made', 'new.svg'))
    expect(readdirSync(join(folder, 'made'))).toEqual([])
    if (existsSync('/proc/self'))
      expect(() => checkWritable('/proc/new.svg')).toThrow("/proc/new.svg: can't be written")
  })

  it.skipIf(isWindows)('writing into a pipe leaves the pipe a pipe', () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    // The pipe is open for reading and writing, so that opening it waits for nobody.
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
    try {
      writeWhole(pipe, 'through the pipe')
      const read = new Uint8Array(100)
      expect(new TextDecoder().decode(read.subarray(0, readSync(reader, read)))).toBe('through the pipe')
    } finally {
      closeSync(reader)
    }
    expect(lstatSync(pipe).isFIFO()).toBe(true)
  })

  it.skipIf(!existsSync('/dev/full') || !statSync('/dev/full').isCharacterDevice())(
    'writing to a full device reports its error, and does not replace the device',
    () => {
      // The test writes through a link, so that a fault would replace the link and not the device.
      const link = join(folder, 'full')
      symlinkSync('/dev/full', link)
      expect(() => checkWritable(link)).not.toThrow()
      expect(() => writeWhole(link, 'x')).toThrow("can't be written (no space left on device)")
      expect(lstatSync(link).isSymbolicLink()).toBe(true)
      expect(statSync(link).isCharacterDevice()).toBe(true)
      expect(readdirSync(folder).filter((name) => name.startsWith('full'))).toEqual(['full'])
    },
  )

  it('a new file gets the permissions of the file that it replaces', () => {
    const file = join(folder, 'private')
    writeFileSync(file, 'old', { mode: 0o600 })
    chmodSync(file, 0o600)
    checkWritable(file)
    writeWhole(file, 'new')
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['new', 0o600])
  })

  it("writing doesn't change the user's other files, and follows no link placed at a temporary path", () => {
    const file = join(folder, 'report.html')
    const others = ['report.html.trial', 'report.html.partial', 'target']
    writeFileSync(join(folder, others[0]), 'mine')
    writeFileSync(join(folder, others[2]), 'mine')
    symlinkSync(join(folder, 'target'), join(folder, others[1]))
    checkWritable(file)
    writeWhole(file, 'a report')
    expect(others.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['mine', 'mine', 'mine'])
    expect(readFileSync(file, 'utf8')).toBe('a report')
  })

  it('the remedy is to free space if the disk is full, and otherwise to choose another place', () => {
    const taken = join(folder, 'taken')
    writeFileSync(taken, '')
    expect(() => writeWhole(join(taken, 'below'), 'x')).toThrow(/ Choose another place\.$/)
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(remedyFor(full)).toBe('Free some space or choose another place.')
  })
})
