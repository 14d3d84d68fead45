/** A private key typed as an argument must not end up in a log as well. */
export function hideSecrets(text: string): string {
  return text.replaceAll(/\b(?:0x)?[0-9a-f]{64}\b/gi, '(hidden)')
}
