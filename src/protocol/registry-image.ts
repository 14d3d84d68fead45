/** Metadata from the first bytes of an image. */
export interface ImageFacts {
  kind: 'png' | 'svg'
  width: number
  height: number
  /** True when the image has proportions but no size, like an SVG with only a viewBox. */
  scales: boolean
}

/** Source: PNG specification, 5.2 signature, 11.2.2 IHDR: the first chunk, width and height first. */
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const IHDR_LENGTH = 13

/** Reads size and type of an image without rendering it; null when it is neither PNG nor SVG. */
export function readImage(bytes: Uint8Array): ImageFacts | null {
  return readPng(bytes) ?? readSvg(new TextDecoder().decode(bytes))
}

function readPng(bytes: Uint8Array): ImageFacts | null {
  if (bytes.length < 33 || PNG_SIGNATURE.some((byte, index) => bytes[index] !== byte)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = String.fromCharCode(...bytes.subarray(12, 16))
  if (view.getUint32(8) !== IHDR_LENGTH || type !== 'IHDR') return null
  return {kind: 'png', width: view.getUint32(16), height: view.getUint32(20), scales: false}
}

function readSvg(text: string): ImageFacts | null {
  const plain = text.replaceAll(/<!--[^]*?-->/g, '')
  const attributes = /^\uFEFF?\s*(?:<\?[^>]*>\s*|<!DOCTYPE[^>]*>\s*)*<svg(?=[\s>/])([^>]*)>/i.exec(
    plain,
  )?.[1]
  if (attributes === undefined) return null
  const [width, height] = [lengthOf(attributes, 'width'), lengthOf(attributes, 'height')]
  if (width !== undefined && height !== undefined) {
    return {kind: 'svg', width, height, scales: false}
  }
  const box =
    attribute(attributes, 'viewBox')
      ?.trim()
      .split(/[\s,]+/)
      .map(Number) ?? []
  const [, , boxWidth = 0, boxHeight = 0] = box
  if (box.length !== 4 || !(boxWidth > 0 && boxHeight > 0)) {
    return {kind: 'svg', width: 0, height: 0, scales: false}
  }
  return {kind: 'svg', width: boxWidth, height: boxHeight, scales: true}
}

/** Pixels; undefined for percentages and print units. */
function lengthOf(attributes: string, name: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)(?:px)?\s*$/.exec(attribute(attributes, name) ?? '')
  return match ? Number(match[1]) : undefined
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)
  return match?.[1] ?? match?.[2]
}
