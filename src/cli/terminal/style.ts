/** Bold, dim and colored text for terminals; plain text for everything else. */

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

/** The style for a stream: plain where it isn't a terminal, for NO_COLOR (no-color.org) and for a dumb terminal. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): TextStyle {
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb'
  return stream.isTTY === true && !refused ? ANSI_STYLE : PLAIN_STYLE
}
