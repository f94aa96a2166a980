/** Styles text as bold, dim or colored on terminals, and leaves text plain for all other outputs. */

type Paint = (text: string) => string

export interface TextStyle {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly blue: Paint
}

function paint(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`)
}

const PLAIN: Paint = (text) => text

export const PLAIN_STYLE: TextStyle = { bold: PLAIN, dim: PLAIN, red: PLAIN, green: PLAIN, yellow: PLAIN, blue: PLAIN }

export const ANSI_STYLE: TextStyle = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  red: paint(31, 39),
  green: paint(32, 39),
  yellow: paint(33, 39),
  blue: paint(34, 39),
}

/**
 * Returns the style for a stream. The style is plain if the stream isn't a terminal, if NO_COLOR is set (no-color.org)
 * or if the terminal is dumb.
 */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): TextStyle {
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb'
  return stream.isTTY === true && !refused ? ANSI_STYLE : PLAIN_STYLE
}
