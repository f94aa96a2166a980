import { expect, it } from 'vitest'
import { styleFor } from './style.ts'

it('paints text on a terminal', () => {
  expect(styleFor({ isTTY: true }, {}).bold('x')).toBe('\u001b[1mx\u001b[22m')
  expect(styleFor({ isTTY: true }, { NO_COLOR: '' }).red('x')).toBe('\u001b[31mx\u001b[39m')
})

it('leaves text unchanged outside of a terminal, or if the environment asks for no color', () => {
  expect(styleFor({}, {}).bold('x')).toBe('x')
  expect(styleFor({ isTTY: false }, {}).bold('x')).toBe('x')
  expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).red('x')).toBe('x')
  expect(styleFor({ isTTY: true }, { TERM: 'dumb' }).red('x')).toBe('x')
})
