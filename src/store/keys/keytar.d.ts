/** The five calls of keytar. Declared here because the package is optional and may be absent. */
declare module 'keytar' {
  const keytar: import('./key-store.ts').KeyStore
  export default keytar
}
