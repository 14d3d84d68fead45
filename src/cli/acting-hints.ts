/** Makes printed commands act for the profile and network of the command that prints them. */

/** Choices on the command line that differ from the defaults. */
export interface Acting {
  profile?: string | undefined
  network?: string | undefined
}

/** The flags of the command at the start of these words; undefined without one. */
export type FlagsOf = (words: readonly string[]) => readonly string[] | undefined

/**
 * Adds `--profile` or `--network` to every command in backticks that accepts it and lacks one.
 *
 * @param text a hint, or whole human-readable lines
 */
export function actingHints(text: string, acting: Acting, flagsOf: FlagsOf): string {
  const {profile, network} = acting
  const [flag, value] = profile === undefined ? ['network', network] : ['profile', profile]
  if (value === undefined) return text
  return text.replaceAll(/`metis-seq ([^`\n]+)`/g, (whole, line: string) => {
    const words = line.split(' ')
    const isNamed = words.some((word) => /^--(?:profile|network)(?:=|$)/.test(word))
    // There is only one local network, whatever the profile.
    const isForAll = words[0] === 'local'
    if (isNamed || isForAll || !flagsOf(words)?.includes(flag)) return whole
    return `\`metis-seq ${line} --${flag} ${value}\``
  })
}
