/** Makes the commands that are printed act for the profile and the network of the command that prints them. */

/** What was chosen on the command line and is not what a command without flags would choose. */
export interface Acting {
  profile?: string | undefined
  network?: string | undefined
}

/** The flags of the command that these words begin with; undefined when they name none. */
export type FlagsOf = (words: readonly string[]) => readonly string[] | undefined

/**
 * Adds `--profile` or `--network` to every command in backticks that takes it and does not name one.
 *
 * @param text a hint, or whole lines for people
 */
export function actingHints(text: string, acting: Acting, flagsOf: FlagsOf): string {
  const {profile, network} = acting
  const [flag, value] = profile === undefined ? ['network', network] : ['profile', profile]
  if (value === undefined) return text
  return text.replaceAll(/`metis-seq ([^`\n]+)`/g, (whole, line: string) => {
    const words = line.split(' ')
    const isNamed = words.some((word) => /^--(?:profile|network)(?:=|$)/.test(word))
    // The local network is one, whoever acts on it.
    const isForAll = words[0] === 'local'
    if (isNamed || isForAll || !flagsOf(words)?.includes(flag)) return whole
    return `\`metis-seq ${line} --${flag} ${value}\``
  })
}
