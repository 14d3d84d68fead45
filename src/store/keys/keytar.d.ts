/** The five calls of keytar. Declared here because the package is optional and may be absent. */
declare module 'keytar' {
  const keytar: {
    getPassword(service: string, account: string): Promise<string | null>
    setPassword(service: string, account: string, password: string): Promise<void>
    deletePassword(service: string, account: string): Promise<boolean>
    findPassword(service: string): Promise<string | null>
    findCredentials(service: string): Promise<{account: string; password: string}[]>
  }
  export default keytar
}
