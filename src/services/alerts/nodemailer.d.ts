/** The part of the mail library that is used here; it ships no types. */
declare module 'nodemailer' {
  export interface MailOptions {
    host: string
    port: number
    secure: boolean
    requireTLS?: boolean
    ignoreTLS?: boolean
    auth?: {user: string; pass: string}
    tls?: object
    connectionTimeout: number
    greetingTimeout: number
    socketTimeout: number
    disableFileAccess: boolean
    disableUrlAccess: boolean
  }

  export interface Mail {
    from: string
    to: readonly string[]
    subject: string
    text: string
    messageId: string
    headers: Record<string, string>
  }

  export function createTransport(options: MailOptions): {
    sendMail(mail: Mail): Promise<{accepted: unknown[]; rejected: unknown[]}>
    close(): void
  }
}
