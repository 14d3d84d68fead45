/** Scheme and host of a URL. User info, path and query may contain an API key, so they are never shown. */
export function redactUrl(url: string): string {
  try {
    const {protocol, host} = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return '(invalid URL)'
  }
}

/** Replaces every URL in a text with its scheme and host. */
export function redactUrls(text: string): string {
  return text.replaceAll(
    /\b(?:https?|wss?):\/\/[^\s"'<>)\]]+/gi,
    // A trailing comma or period belongs to the sentence.
    (text) => {
      const end = /[.,;:!?]*$/.exec(text)?.[0] ?? ''
      return `${redactUrl(text.slice(0, text.length - end.length))}${end}`
    },
  )
}
