/** Scheme and host of a URL. User info, path and query may carry an API key, so they never leave. */
export function redactUrl(url: string): string {
  try {
    const {protocol, host} = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return '(invalid URL)'
  }
}

/** Replaces every URL inside a text by its scheme and host. */
export function redactUrls(text: string): string {
  return text.replaceAll(
    /\b(?:https?|wss?):\/\/[^\s"'<>)\]]+/gi,
    // A comma or full stop at the end belongs to the sentence.
    (text) => {
      const end = /[.,;:!?]*$/.exec(text)?.[0] ?? ''
      return `${redactUrl(text.slice(0, text.length - end.length))}${end}`
    },
  )
}
