import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programName } from './program-name.ts'

const path = (text: string): string => text.replaceAll('/', sep)
const nameIn = (folder: string, program: string): string => programName(path(program), path(folder))

describe('programName', () => {
  it('returns "npx isobath" in a checkout and in folders below it', () => {
    expect(nameIn('/home/me/isobath', '/home/me/isobath/dist/isobath.js')).toBe('npx isobath')
    expect(nameIn('/home/me/isobath/runs', '/home/me/isobath/dist/isobath.js')).toBe('npx isobath')
  })

  it('returns "npx isobath" if npx started the program or a project has the package', () => {
    expect(nameIn('/tmp', '/home/me/.npm/_npx/119e425eaad58fa1/node_modules/.bin/isobath')).toBe('npx isobath')
    expect(nameIn('/home/me/project', '/home/me/project/node_modules/.bin/isobath')).toBe('npx isobath')
    expect(nameIn('/home/me/project/a', '/home/me/project/node_modules/isobath/dist/isobath.js')).toBe('npx isobath')
  })

  it('returns "isobath" if the package is installed globally', () => {
    expect(nameIn('/home/me', '/usr/local/bin/isobath')).toBe('isobath')
    expect(nameIn('/home/me', '/usr/local/lib/node_modules/isobath/dist/isobath.js')).toBe('isobath')
  })

  it('returns node with the path of the program if no shorter command finds the program', () => {
    expect(nameIn('/tmp', '/home/me/isobath/dist/isobath.js')).toBe(`node ${path('/home/me/isobath/dist/isobath.js')}`)
    expect(nameIn('/tmp', '/home/my self/dist/isobath.js')).toContain("'")
  })

  it('returns "isobath" in a program of another name', () => {
    expect(nameIn('/home/me', join(path('/home/me'), 'server.js'))).toBe('isobath')
  })
})
