/** Call arguments that are amounts, with their token. All have 18 decimals. */
export interface LstAmounts {
  token: string
  /** Arguments in METIS or in the token. */
  names: RegExp
  isTokenArgument(contract: string, name: string, functionName: string): boolean
}
