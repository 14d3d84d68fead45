/** The file is of a kind that is not read. The message ends a sentence such as "x cannot be read: ...". */
export class FileRefused extends Error {
  readonly reason: 'not-regular' | 'too-large' | 'untrusted' | 'encoding'

  constructor(reason: FileRefused['reason'], message: string) {
    super(message)
    this.name = 'FileRefused'
    this.reason = reason
  }
}
