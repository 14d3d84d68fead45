import {writeOutput} from '../../lib/files.ts'
import {stringifyJson} from '../../lib/json.ts'
import {toUnsigned, type UnsignedFormat} from './unsigned.ts'
import type {UnsignedTarget} from './request.ts'
import type {PlanProposal} from './send.ts'

/** Transactions for a signer on another machine. */
export interface WrittenFile {
  /** Path; `-` shows the document and writes nothing. */
  file: string
  format: UnsignedFormat
  document: object
}

/** @throws {MetisSeqError} FILE_EXISTS and those of the file system */
export function writeUnsigned(
  {preview, format}: PlanProposal,
  {file, replace}: UnsignedTarget,
  chainId: number,
): WrittenFile {
  const document = toUnsigned(preview, format, chainId)
  if (file !== '-') writeOutput(file, `${stringifyJson(document, 2)}\n`, {replace})
  return {file, format, document}
}
