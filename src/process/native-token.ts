/**
 * Flags of an engine whose precompile at 0xfd moves native balance, for `MetisView`. Anyone may call
 * it: see ADR 45.
 */
export function nativeTokenFlags(nativeToken: boolean): string[] {
  return nativeToken ? ['--celo'] : []
}
