/** A flag of the command line that knows which texts it accepts. */
import { Option } from 'commander'

export class Flag extends Option {
  /** Description of the accepted texts that follows "expected" in an error, such as `a number`. */
  readonly expected?: string

  constructor(flags: string, description?: string, expected?: string) {
    super(flags, description)
    this.expected = expected
  }
}
