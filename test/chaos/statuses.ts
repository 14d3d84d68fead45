/** What stands before a node answers, and what it is called. */
import {expect} from 'vitest'

import {status, type Behaviour} from './behaviours.ts'

export const statuses: [name: string, behaviour: Behaviour, code: string, more: object][] = [
  [
    '301',
    status(301, '', {location: 'https://new.example/v3/SECRETKEY'}),
    'ENDPOINT_REDIRECTS',
    {facts: expect.objectContaining({location: 'https://new.example'}), retryable: false},
  ],
  [
    '302',
    status(302, '', {location: '/login?key=SECRETKEY'}),
    'ENDPOINT_REDIRECTS',
    {retryable: false},
  ],
  [
    '307',
    status(307, '', {location: 'http://127.0.0.1:1/'}),
    'ENDPOINT_REDIRECTS',
    {retryable: false},
  ],
  ['308 without a place', status(308), 'ENDPOINT_REDIRECTS', {retryable: false}],
  ['400 with a sentence', status(400, 'bad request'), 'ENDPOINT_NOT_JSON_RPC', {retryable: false}],
  [
    '401 with JSON-RPC',
    status(401, {jsonrpc: '2.0', id: 1, error: {code: -32_600, message: 'Must be authenticated!'}}),
    'ENDPOINT_DENIED',
    {facts: expect.objectContaining({endpointSays: 'Must be authenticated!'}), retryable: false},
  ],
  [
    '402',
    status(402, {message: 'Plan is used up'}),
    'ENDPOINT_DENIED',
    {facts: expect.objectContaining({endpointSays: 'Plan is used up'})},
  ],
  [
    '403 with a page',
    status(403, '<html><head><title>Attention Required!</title></head>'),
    'ENDPOINT_DENIED',
    {facts: expect.objectContaining({endpointSays: 'Attention Required!'}), retryable: false},
  ],
  [
    '403 with an escape',
    status(403, 'no \u001B[31mway'),
    'ENDPOINT_DENIED',
    {message: expect.not.stringContaining('\u001B')},
  ],
  ['404', status(404, 'not found'), 'ENDPOINT_NOT_JSON_RPC', {retryable: false}],
  ['407', status(407), 'PROXY_DENIED', {retryable: false}],
  [
    '429',
    status(429, {error: {message: 'daily request count exceeded'}}),
    'ENDPOINT_RATE_LIMITED',
    {
      facts: expect.objectContaining({endpointSays: 'daily request count exceeded'}),
      retryable: true,
    },
  ],
  [
    '429 with a time',
    status(429, '', {'retry-after': '120'}),
    'ENDPOINT_RATE_LIMITED',
    {facts: expect.objectContaining({retryAfterSeconds: '120'}), retryable: true},
  ],
  ['500', status(500, 'oops'), 'ENDPOINT_FAILING', {retryable: true}],
  [
    '502',
    status(502, '<title>502 Bad Gateway</title>'),
    'ENDPOINT_FAILING',
    {retryable: true, message: expect.stringContaining('502 (Bad Gateway)')},
  ],
  [
    '503 with JSON-RPC',
    status(503, {jsonrpc: '2.0', id: null, error: {code: -32_000, message: 'no healthy node'}}),
    'ENDPOINT_FAILING',
    {facts: expect.objectContaining({endpointSays: 'no healthy node'}), retryable: true},
  ],
  ['504', status(504), 'ENDPOINT_FAILING', {retryable: true}],
  [
    '-32005 for every call',
    ({calls, isBatch, reply}) => {
      const all = calls.map(({id}) => ({id, error: {code: -32_005, message: 'slow down'}}))
      reply(isBatch ? all : all[0])
      return true
    },
    'ENDPOINT_RATE_LIMITED',
    {retryable: true},
  ],
]
